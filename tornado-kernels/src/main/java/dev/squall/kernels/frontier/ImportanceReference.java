package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import java.util.Arrays;

/**
 * How important the tokens are to the query heads of a key head, in double precision.
 *
 * @param slack relative error in single precision
 */
record ImportanceReference(LargestReference tokens, double slack) {

  /**
   * @param greatest whether the largest weight counts, not the mean
   */
  static ImportanceReference of(Call call, int keyHead, boolean greatest) {
    Sizes sizes = call.sizes();
    AttentionShape shape = FrontierShape.of(sizes);
    int tokens = shape.tokens();
    int group = shape.heads() / shape.keyHeads();
    int[] rows = FrontierShape.lastRows(shape, sizes.integer("window"));
    double[] importance = new double[tokens];
    double slack = 0;
    for (int head = keyHead * group; head < (keyHead + 1) * group; head++) {
      WindowReference window = WindowReference.of(call.in("q"), call.in("k"), shape, head, rows);
      slack = Math.max(slack, window.slack());
      for (double[] row : window.weights()) {
        for (int key = 0; key < row.length; key++) {
          importance[key] =
              greatest
                  ? Math.max(importance[key], row[key])
                  : importance[key] + row[key] / (group * rows.length);
        }
      }
    }
    int[] forced = new int[tokens];
    Arrays.setAll(forced, token -> TokenBudget.rank(sizes, token));
    int pool = sizes.integer("pool");
    return new ImportanceReference(
        new LargestReference(pooled(importance, pool), forced),
        slack + pool * WindowReference.ROUND_OFF);
  }

  /** The average of {@code pool} tokens around each; what lies outside counts as zero. */
  private static double[] pooled(double[] values, int pool) {
    double[] pooled = new double[values.length];
    int half = pool / 2;
    for (int token = 0; token < values.length; token++) {
      int end = Math.min(values.length - 1, token + half);
      for (int near = Math.max(0, token - half); near <= end; near++) {
        pooled[token] += values[near] / pool;
      }
    }
    return pooled;
  }
}
