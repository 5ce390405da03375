package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.RowSums;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import java.util.List;

/** How important the tokens are to each key head, on the host's vector units. */
final class TokenImportance {
  private TokenImportance() {}

  static long workspaceBytes(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    return WindowWeights.workspaceBytes(shape, HostThreads.all().count())
        + 8L * shape.heads() * shape.tokens();
  }

  /**
   * Pooled importance of each key head's tokens.
   *
   * @param greatest whether the largest weight counts, not the mean
   */
  static float[][] of(Call call, boolean greatest, HostThreads threads) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    int tokens = shape.tokens();
    int group = shape.heads() / shape.keyHeads();
    int[] rows = FrontierShape.lastRows(shape, call.sizes().integer("window"));
    float share = 1f / (group * rows.length);
    List<List<float[]>> pieces =
        WindowWeights.visit(
            call.in("q"),
            call.in("k"),
            shape,
            rows,
            () -> new float[tokens],
            (sums, row, weights, at, visible, factor) -> {
              if (greatest) {
                RowSums.max(weights, at, visible, factor, sums);
              } else {
                RowSums.add(weights, at, visible, factor * share, sums, 0);
              }
            },
            threads);
    float[][] importance = new float[shape.keyHeads()][];
    threads.forEach(
        shape.keyHeads(),
        keyHead -> {
          float[] all = new float[tokens];
          for (int i = 0; i < group; i++) {
            for (float[] piece : pieces.get((int) keyHead * group + i)) {
              if (greatest) {
                RowSums.max(piece, 0, tokens, 1, all);
              } else {
                RowSums.add(piece, 0, tokens, 1, all, 0);
              }
            }
          }
          importance[(int) keyHead] = pooled(all, call.sizes().integer("pool"));
        });
    return importance;
  }

  private static float[] pooled(float[] values, int pool) {
    int tokens = values.length;
    float[] pooled = new float[tokens];
    float share = 1f / pool;
    for (int shift = -Math.min(pool / 2, tokens - 1);
        shift <= Math.min(pool / 2, tokens - 1);
        shift++) {
      int from = Math.max(0, shift);
      int count = tokens - Math.abs(shift);
      RowSums.add(values, from, count, share, pooled, from - shift);
    }
    return pooled;
  }

  /** Offers a key head's tokens for a choice. */
  static void offer(Sizes sizes, Largest largest, float[] importance) {
    for (int token = 0; token < importance.length; token++) {
      int rank = TokenBudget.rank(sizes, token);
      if (rank >= 0) {
        largest.force(token, rank);
      } else {
        largest.offer(token, importance[token]);
      }
    }
  }
}
