package dev.squall.kernels.attention;

/** Counts the (query, key) pairs that an index keeps and causality allows. */
public final class KeptPairs {
  private KeptPairs() {}

  /** Share of the visible pairs of {@code head} that {@code index} keeps. */
  public static double density(AttentionShape shape, KeyRuns index, int head) {
    RowOrder order = index.rows(head, shape.queries());
    int[] runs = new int[2 * index.maxRuns()];
    int[] columns = new int[index.maxColumns()];
    double pairs = 0;
    for (int group = 0; group < order.groups(); group++) {
      int first = order.start(group);
      int rows = order.ends()[group] - first;
      int runCount = index.runs(head, first, rows, runs);
      int columnCount = index.columns(head, first, rows, columns);
      int own = index.keepsOwnKey(head, first) ? 1 : 0;
      int seenColumns = 0;
      for (int place = first; place < first + rows; place++) {
        int visible = shape.visibleKeys(order.row(place));
        while (seenColumns < columnCount && columns[seenColumns] < visible) {
          seenColumns++;
        }
        pairs += own + seenColumns;
        for (int run = 0; run < runCount; run++) {
          pairs += Math.max(0, Math.min(visible, runs[2 * run + 1]) - runs[2 * run]);
        }
      }
    }
    return pairs / shape.visiblePairs();
  }
}
