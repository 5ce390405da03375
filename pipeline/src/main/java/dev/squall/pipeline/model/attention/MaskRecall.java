package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.host.HostThreads;
import java.util.SplittableRandom;

/** The recall of a block mask, head by head: one row from each of up to 64 equal stretches. */
final class MaskRecall {
  private static final int ROWS_PER_HEAD = 64;
  private static final long SEED = 20_261_126;

  private MaskRecall() {}

  static HeadFigures of(AttentionTensors tensors, BlockMask mask) {
    int tokens = tensors.shape().queries();
    int rows = Math.min(ROWS_PER_HEAD, tokens);
    int heads = tensors.shape().heads();
    double[] covered = new double[heads * rows];
    HostThreads.all()
        .forEach(
            covered.length,
            i -> {
              int head = (int) (i / rows);
              int row = sampledRow(tokens, rows, (int) (i % rows), i);
              covered[(int) i] =
                  AttentionRecall.row(tensors.q(), tensors.k(), tensors.shape(), mask, head, row);
            });
    double[] recall = new double[heads];
    for (int i = 0; i < covered.length; i++) {
      recall[i / rows] += covered[i] / rows;
    }
    return HeadFigures.of(recall);
  }

  private static int sampledRow(int tokens, int rows, int stretch, long salt) {
    long from = (long) tokens * stretch / rows;
    long to = (long) tokens * (stretch + 1) / rows;
    return (int) (from + new SplittableRandom(SEED + salt).nextLong(to - from));
  }
}
