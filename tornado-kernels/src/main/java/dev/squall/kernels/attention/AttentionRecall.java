package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * How much of the true attention a block mask keeps: the share of each row's softmax weight that
 * falls on kept blocks, in double precision over all visible keys, averaged over sampled rows.
 */
public final class AttentionRecall {
  private static final int ROWS_PER_HEAD = 64;
  private static final long SEED = 20260101;

  private AttentionRecall() {}

  /**
   * @param mean over all heads
   * @param lowestHead the least mean of a head
   */
  public record Recall(double mean, double lowestHead) {}

  /** The recall of {@code mask} on one row seeded from each of up to 64 equal stretches a head. */
  public static Recall sampled(Tensor q, Tensor k, AttentionShape shape, BlockMask mask) {
    int rows = Math.min(ROWS_PER_HEAD, shape.tokens());
    double[] covered = new double[shape.heads() * rows];
    HostThreads.all()
        .forEach(
            covered.length,
            i -> {
              int head = (int) (i / rows);
              covered[(int) i] =
                  row(q, k, shape, mask, head, sampledRow(shape, rows, (int) (i % rows), i));
            });
    double mean = 0;
    double lowest = 1;
    for (int head = 0; head < shape.heads(); head++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum += covered[head * rows + row];
      }
      mean += sum / covered.length;
      lowest = Math.min(lowest, sum / rows);
    }
    return new Recall(mean, lowest);
  }

  /** The recall of {@code mask} on one row of one head. */
  public static double row(
      Tensor q, Tensor k, AttentionShape shape, BlockMask mask, int head, int row) {
    double[] weights = SparseAttentionReference.weights(q, k, shape, null, head, row);
    double kept = 0;
    for (int key = 0; key < weights.length; key++) {
      if (mask.keeps(head, row / mask.block(), key / mask.block())) {
        kept += weights[key];
      }
    }
    return kept;
  }

  private static int sampledRow(AttentionShape shape, int rows, int stretch, long salt) {
    long from = (long) shape.tokens() * stretch / rows;
    long to = (long) shape.tokens() * (stretch + 1) / rows;
    return (int) (from + new SplittableRandom(SEED + salt).nextLong(to - from));
  }
}
