package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.tensor.Tensor;

/**
 * The weights of some query rows of one head in double precision.
 *
 * @param rows the query rows
 * @param weights of each row, over the keys it sees
 * @param slack relative error of the weights in single precision
 */
public record WindowReference(int[] rows, double[][] weights, double slack) {
  /** Unit round-off of single precision. */
  public static final double ROUND_OFF = 0x1p-24;

  /** Weights below this may be zero in single precision. */
  public static final double UNDERFLOW = 0x1p-110;

  public static WindowReference of(Tensor q, Tensor k, AttentionShape shape, int head, int[] rows) {
    double[][] weights = new double[rows.length][];
    double largest = 0;
    for (int i = 0; i < rows.length; i++) {
      weights[i] = SparseAttentionReference.weights(q, k, shape, KeptKeys.ALL, head, rows[i]);
      largest = Math.max(largest, norm(q, shape, (long) head * shape.queries() + rows[i]));
    }
    double keys = 0;
    for (int key = 0; key < shape.tokens(); key++) {
      keys = Math.max(keys, norm(k, shape, (long) shape.keyHead(head) * shape.tokens() + key));
    }
    // A logit's rounding error, a random walk over its products, is its weight's relative error;
    // the sums over rows and keys add theirs.
    double logit = Math.sqrt(shape.headSize()) * shape.scale() * largest * keys;
    double terms = 16 + rows.length + Math.sqrt(shape.tokens());
    return new WindowReference(rows, weights, ROUND_OFF * (4 * logit + terms));
  }

  private static double norm(Tensor tensor, AttentionShape shape, long row) {
    double sum = 0;
    for (int d = 0; d < shape.headSize(); d++) {
      double value = tensor.f32(row * shape.headSize() + d);
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  /** Mean weight by key. */
  public double[] columns(int tokens) {
    double[] sums = new double[tokens];
    for (double[] row : weights) {
      for (int key = 0; key < row.length; key++) {
        sums[key] += row[key] / rows.length;
      }
    }
    return sums;
  }

  /** Mean weight by distance of the key from the query. */
  public double[] diagonals(int tokens) {
    double[] sums = new double[tokens];
    for (int i = 0; i < rows.length; i++) {
      for (int key = 0; key < weights[i].length; key++) {
        sums[rows[i] - key] += weights[i][key] / rows.length;
      }
    }
    return sums;
  }
}
