package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.RowOrder;

/**
 * The keys of a grid for tiles of query rows that lie a stride apart. With slash lines, rows of the
 * same phase share their keys; without, the line rows do, and all others. Queries, keys and values
 * stay where they are.
 */
final class GridIndex implements KeyRuns {
  private final AttentionShape shape;
  private final GridLines lines;
  private final RowOrder order;

  GridIndex(AttentionShape shape, GridLines lines) {
    this.shape = shape;
    this.lines = lines;
    this.order = lines.slash() ? byPhase() : lineRowsFirst();
  }

  /** Rows of phase 0, then of phase 1, … */
  private RowOrder byPhase() {
    int tokens = shape.tokens();
    int phases = Math.min(lines.stride(), tokens);
    int[] rows = new int[tokens];
    int[] ends = new int[phases];
    int count = 0;
    for (int phase = 0; phase < phases; phase++) {
      for (long row = phase; row < tokens; row += lines.stride()) {
        rows[count++] = (int) row;
      }
      ends[phase] = count;
    }
    return new RowOrder(rows, ends);
  }

  private RowOrder lineRowsFirst() {
    int tokens = shape.tokens();
    int lineRows =
        lines.phase() < tokens ? Math.ceilDiv(tokens - lines.phase(), lines.stride()) : 0;
    int[] rows = new int[tokens];
    int line = 0;
    int other = lineRows;
    for (int row = 0; row < tokens; row++) {
      if (row % lines.stride() == lines.phase()) {
        rows[line++] = row;
      } else {
        rows[other++] = row;
      }
    }
    return lineRows == 0 || lineRows == tokens
        ? new RowOrder(rows, new int[] {tokens})
        : new RowOrder(rows, new int[] {lineRows, tokens});
  }

  @Override
  public int rowBlock() {
    return shape.tokens();
  }

  @Override
  public RowOrder rows(int head, int queries) {
    return order;
  }

  /** Whether the rows of the tile attend to all keys. */
  private boolean all(int first) {
    return lines.stride() == 1 || (lines.hline() && phase(first) == lines.phase());
  }

  private int phase(int first) {
    return order.row(first) % lines.stride();
  }

  @Override
  public int runs(int head, int firstRow, int rows, int[] runs) {
    if (!all(firstRow)) {
      return 0;
    }
    runs[0] = 0;
    runs[1] = shape.tokens();
    return 1;
  }

  @Override
  public int maxRuns() {
    return lines.hline() || lines.stride() == 1 ? 1 : 0;
  }

  @Override
  public int columns(int head, int firstRow, int rows, int[] columns) {
    if (all(firstRow)) {
      return 0;
    }
    int visible = shape.visibleKeys(order.row(firstRow + rows - 1));
    int own = phase(firstRow);
    int count = 0;
    for (long start = 0; start < visible; start += lines.stride()) {
      int low = Math.min(own, lines.phase());
      int high = Math.max(own, lines.phase());
      count = add(columns, count, start + low, visible, keepsPhase(low, own));
      if (high > low) {
        count = add(columns, count, start + high, visible, keepsPhase(high, own));
      }
    }
    return count;
  }

  private boolean keepsPhase(int phase, int own) {
    return (lines.slash() && phase == own) || (lines.vline() && phase == lines.phase());
  }

  private static int add(int[] columns, int count, long key, int visible, boolean keep) {
    if (keep && key < visible) {
      columns[count] = (int) key;
      return count + 1;
    }
    return count;
  }

  @Override
  public int maxColumns() {
    return 2 * Math.ceilDiv(shape.tokens(), lines.stride());
  }

  @Override
  public boolean keepsOwnKey(int head, int firstRow) {
    boolean line = phase(firstRow) == lines.phase();
    return !all(firstRow) && !lines.slash() && !(lines.vline() && line);
  }
}
