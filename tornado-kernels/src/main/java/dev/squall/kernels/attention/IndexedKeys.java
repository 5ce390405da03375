package dev.squall.kernels.attention;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** The keys that an index keeps, row by row: for references and figures, not for speed. */
final class IndexedKeys implements KeptKeys {
  private final AttentionShape shape;
  private final KeyRuns index;

  IndexedKeys(AttentionShape shape, KeyRuns index) {
    this.shape = shape;
    this.index = index;
  }

  @Override
  public IntPredicate ofRow(int head, int row) {
    RowOrder order = index.rows(head, shape.queries());
    int place = place(order, row);
    int group = Arrays.binarySearch(order.ends(), place + 1);
    group = group < 0 ? -group - 1 : group;
    int first = order.start(group);
    int rows = order.ends()[group] - first;
    boolean[] kept = new boolean[shape.tokens()];
    int[] runs = new int[2 * index.maxRuns()];
    int count = index.runs(head, first, rows, runs);
    for (int run = 0; run < count; run++) {
      Arrays.fill(kept, runs[2 * run], Math.min(shape.tokens(), runs[2 * run + 1]), true);
    }
    int[] columns = new int[index.maxColumns()];
    count = index.columns(head, first, rows, columns);
    for (int i = 0; i < count; i++) {
      kept[columns[i]] = true;
    }
    kept[shape.position(row)] |= index.keepsOwnKey(head, first);
    int firstSeen = index.firstKey(shape.position(row));
    return key -> key >= firstSeen && kept[key];
  }

  private static int place(RowOrder order, int row) {
    if (order.rows() == null) {
      return row;
    }
    for (int place = 0; place < order.rows().length; place++) {
      if (order.rows()[place] == row) {
        return place;
      }
    }
    throw new IllegalArgumentException("no row " + row);
  }
}
