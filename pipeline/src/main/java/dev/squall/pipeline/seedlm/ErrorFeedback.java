package dev.squall.pipeline.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * Compresses a matrix a few columns at a time, and after each lets the columns to come make up for
 * the error of the outputs as well as they can, given the second moments of the inputs (the optimal
 * brain surgeon's update as GPTQ orders it, arXiv 2210.17323). What is stored has the same form and
 * size.
 */
public final class ErrorFeedback {
  /**
   * Added to the moments' diagonal, as a share of its mean: few texts say little of some inputs.
   */
  private static final double DAMPING = 0.05;

  private final int width;
  private final ColumnQuantizer quantizer;
  private final HostThreads threads;

  /** Replaces some columns by what will be read back. */
  @FunctionalInterface
  public interface ColumnQuantizer {
    /**
     * @param w the matrix by rows; columns before {@code from} are done, those after are as the
     *     errors so far have changed them
     * @param found receives columns {@code from} to {@code to}
     */
    void quantize(float[][] w, int from, int to, float[][] found);
  }

  /**
   * @param width columns that are compressed together
   */
  public ErrorFeedback(int width, ColumnQuantizer quantizer, HostThreads threads) {
    this.width = width;
    this.quantizer = quantizer;
    this.threads = threads;
  }

  /** What is read back instead of {@code matrix}. */
  public Tensor approximate(Tensor matrix, double[][] moments) {
    int rows = (int) matrix.dim(0);
    int columns = (int) matrix.dim(1);
    double[][] u = factorOfInverse(moments);
    float[][] w = new float[rows][columns];
    float[][] found = new float[rows][columns];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < columns; k++) {
        w[row][k] = matrix.f32((long) row * columns + k);
      }
    }
    for (int first = 0; first < columns; first += width) {
      int from = first;
      int to = Math.min(columns, from + width);
      quantizer.quantize(w, from, to, found);
      threads.forEach(rows, row -> spread(w[(int) row], found[(int) row], from, to, u));
    }
    Tensor approximation = Tensor.allocate(ElementType.F32, matrix.shape());
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < columns; k++) {
        approximation.f32((long) row * columns + k, found[row][k]);
      }
    }
    return approximation;
  }

  /** w[to…] −= (w − found) · U[from…to][from…to]⁻¹ · U[from…to][to…]. */
  private static void spread(float[] w, float[] found, int from, int to, double[][] u) {
    double[] error = new double[to - from];
    for (int j = from; j < to; j++) {
      double value = (double) w[j] - found[j];
      for (int i = from; i < j; i++) {
        value -= error[i - from] * u[i][j];
      }
      error[j - from] = value / u[j][j];
    }
    for (int i = from; i < to; i++) {
      double share = error[i - from];
      double[] row = u[i];
      for (int k = to; k < w.length; k++) {
        w[k] -= (float) (share * row[k]);
      }
    }
  }

  /** The upper triangle U with UᵀU = (H + damping)⁻¹. */
  private double[][] factorOfInverse(double[][] moments) {
    int n = moments.length;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += moments[i][i] / n;
    }
    double[][] h = new double[n][];
    for (int i = 0; i < n; i++) {
      h[i] = moments[i].clone();
      h[i][i] += DAMPING * mean + Double.MIN_NORMAL;
    }
    // With rows and columns reversed H = L Lᵀ; then H⁻¹ = L⁻ᵀ L⁻¹, and L⁻¹ reversed is U.
    double[][] lower = cholesky(reversed(h));
    return reversed(inverseOfLower(lower));
  }

  private static double[][] reversed(double[][] m) {
    int n = m.length;
    double[][] reversed = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        reversed[i][j] = m[n - 1 - i][n - 1 - j];
      }
    }
    return reversed;
  }

  private static double[][] cholesky(double[][] h) {
    int n = h.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = h[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        l[i][j] = i == j ? Math.sqrt(Math.max(sum, Double.MIN_NORMAL)) : sum / l[j][j];
      }
    }
    return l;
  }

  private double[][] inverseOfLower(double[][] l) {
    int n = l.length;
    double[][] inverse = new double[n][n];
    threads.forEach(
        n,
        index -> {
          int j = (int) index;
          double[] x = new double[n];
          for (int i = j; i < n; i++) {
            double sum = i == j ? 1 : 0;
            double[] row = l[i];
            for (int k = j; k < i; k++) {
              sum -= row[k] * x[k];
            }
            x[i] = sum / row[i];
          }
          for (int i = j; i < n; i++) {
            inverse[i][j] = x[i];
          }
        });
    return inverse;
  }
}
