package dev.squall.kernels.seedlm;

/**
 * The matrix U(seed) of C rows and P columns from which a block's weights are combined, U = (V −
 * 32768) / 32767 for 16 bits, with its QR decomposition in double precision (SeedLM, section 3.2).
 */
final class SeedBasis {
  private final int rows;
  private final int columns;
  private final double[] q;
  private final double[] r;

  SeedBasis(SeedShape shape, int seed) {
    rows = shape.weights();
    columns = shape.coefficients();
    q = new double[rows * columns];
    int[] states = shape.states(seed);
    for (int i = 0; i < q.length; i++) {
      q[i] = (states[i] - shape.centre()) / (shape.centre() - 1.0);
    }
    r = new double[columns * columns];
    orthonormalise();
  }

  /** Element [row][column] of the orthonormal basis of the columns of U. */
  double orthonormal(int row, int column) {
    return q[row * columns + column];
  }

  /** Element [row][column] of R, where U is the orthonormal basis times R. */
  double triangle(int row, int column) {
    return r[row * columns + column];
  }

  /** Gram–Schmidt, twice: columns of some seeds are parallel to five digits. */
  private void orthonormalise() {
    for (int column = 0; column < columns; column++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int before = 0; before < column; before++) {
          double share = 0;
          for (int row = 0; row < rows; row++) {
            share += q[row * columns + before] * q[row * columns + column];
          }
          for (int row = 0; row < rows; row++) {
            q[row * columns + column] -= share * q[row * columns + before];
          }
          r[before * columns + column] += share;
        }
      }
      double squares = 0;
      for (int row = 0; row < rows; row++) {
        squares += q[row * columns + column] * q[row * columns + column];
      }
      double norm = Math.sqrt(squares);
      for (int row = 0; row < rows; row++) {
        q[row * columns + column] /= norm;
      }
      r[column * columns + column] = norm;
    }
  }

  /** The t that minimises |w − U t|. */
  double[] leastSquares(double[] w) {
    double[] t = new double[columns];
    for (int column = columns - 1; column >= 0; column--) {
      double value = 0;
      for (int row = 0; row < rows; row++) {
        value += q[row * columns + column] * w[row];
      }
      for (int after = column + 1; after < columns; after++) {
        value -= r[column * columns + after] * t[after];
      }
      t[column] = value / r[column * columns + column];
    }
    return t;
  }
}
