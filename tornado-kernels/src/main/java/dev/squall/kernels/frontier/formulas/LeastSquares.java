package dev.squall.kernels.frontier.formulas;

/** Linear least squares by Householder's reflections. */
final class LeastSquares {
  /** A column whose length falls below this share of what it was depends on those before it. */
  private static final double DEPENDENT = 1e-10;

  private LeastSquares() {}

  /** The x that brings rows · x closest to {@code values}. */
  static double[] solve(double[][] rows, double[] values) {
    int count = rows.length;
    int unknowns = rows.length == 0 ? 0 : rows[0].length;
    if (count < unknowns || unknowns == 0) {
      throw new IllegalArgumentException(
          "%d cells do not fix %d coefficients".formatted(count, unknowns));
    }
    double[][] a = new double[count][];
    for (int i = 0; i < count; i++) {
      a[i] = rows[i].clone();
    }
    double[] b = values.clone();
    double[] lengths = new double[unknowns];
    for (int column = 0; column < unknowns; column++) {
      lengths[column] = norm(a, column, 0);
    }
    for (int column = 0; column < unknowns; column++) {
      double length = norm(a, column, column);
      if (length <= DEPENDENT * lengths[column]) {
        throw new IllegalArgumentException("the cells do not tell the coefficients apart");
      }
      reflect(a, b, column, a[column][column] > 0 ? -length : length);
    }
    double[] x = new double[unknowns];
    for (int row = unknowns - 1; row >= 0; row--) {
      double sum = b[row];
      for (int column = row + 1; column < unknowns; column++) {
        sum -= a[row][column] * x[column];
      }
      x[row] = sum / a[row][row];
    }
    return x;
  }

  private static double norm(double[][] a, int column, int from) {
    double sum = 0;
    for (int row = from; row < a.length; row++) {
      sum += a[row][column] * a[row][column];
    }
    return Math.sqrt(sum);
  }

  /** Turns the column from its diagonal down into (diagonal, 0, …), and the rest with it. */
  private static void reflect(double[][] a, double[] b, int column, double diagonal) {
    int count = a.length;
    double[] v = new double[count];
    double square = 0;
    for (int row = column; row < count; row++) {
      v[row] = a[row][column] - (row == column ? diagonal : 0);
      square += v[row] * v[row];
    }
    for (int other = column; other < a[0].length; other++) {
      double dot = 0;
      for (int row = column; row < count; row++) {
        dot += v[row] * a[row][other];
      }
      for (int row = column; row < count; row++) {
        a[row][other] -= 2 * dot / square * v[row];
      }
    }
    double dot = 0;
    for (int row = column; row < count; row++) {
      dot += v[row] * b[row];
    }
    for (int row = column; row < count; row++) {
      b[row] -= 2 * dot / square * v[row];
    }
  }

  /** R²: one less the share of the variance that rows · x leaves. */
  static double explained(double[][] rows, double[] values, double[] x) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double left = 0;
    double all = 0;
    for (int i = 0; i < rows.length; i++) {
      double fitted = 0;
      for (int column = 0; column < x.length; column++) {
        fitted += rows[i][column] * x[column];
      }
      left += (values[i] - fitted) * (values[i] - fitted);
      all += (values[i] - mean) * (values[i] - mean);
    }
    return all > 0 ? 1 - left / all : 1;
  }
}
