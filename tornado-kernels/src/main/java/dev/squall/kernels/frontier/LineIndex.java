package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.tensor.Tensor;

/**
 * The keys of vertical and slash lines for tiles of 64 query rows, by the conversion of MInference
 * (vertical_slash_index): a tile whose rows end before {@code e} keeps, for each slash offset o
 * below e in descending order, the 64 keys before max(e − o, 64); a range that begins within 64
 * keys of the one before lengthens that one by 64 instead. Columns outside of all ranges are single
 * keys.
 */
public final class LineIndex implements KeyRuns {
  /** Query rows of a tile, and keys of a range. */
  public static final int TILE = 64;

  private final AttentionShape shape;

  /** Ascending columns of each head. */
  private final int[][] columns;

  /** Descending offsets of each head; the last is 0. */
  private final int[][] offsets;

  private LineIndex(AttentionShape shape, int[][] columns, int[][] offsets) {
    this.shape = shape;
    this.columns = columns;
    this.offsets = offsets;
  }

  /**
   * @param columns u8[H,L], non-zero where a column is kept
   * @param diagonals u8[H,L], non-zero where the diagonal of that offset is kept; offset 0 must be
   */
  static LineIndex of(AttentionShape shape, Tensor columns, Tensor diagonals) {
    int heads = shape.heads();
    int[][] kept = new int[heads][];
    int[][] offsets = new int[heads][];
    for (int head = 0; head < heads; head++) {
      kept[head] = marked(columns, head, shape.tokens());
      int[] ascending = marked(diagonals, head, shape.tokens());
      offsets[head] = new int[ascending.length];
      for (int i = 0; i < ascending.length; i++) {
        offsets[head][i] = ascending[ascending.length - 1 - i];
      }
    }
    return new LineIndex(shape, kept, offsets);
  }

  private static int[] marked(Tensor flags, int head, int tokens) {
    int[] marked = new int[tokens];
    int count = 0;
    for (int i = 0; i < tokens; i++) {
      if (flags.u8((long) head * tokens + i) != 0) {
        marked[count++] = i;
      }
    }
    return java.util.Arrays.copyOf(marked, count);
  }

  @Override
  public int rowBlock() {
    return TILE;
  }

  @Override
  public int runs(int head, int firstRow, int rows, int[] runs) {
    return ranges(offsets[head], tileEnd(firstRow), TILE, runs);
  }

  @Override
  public int maxRuns() {
    return Math.ceilDiv(shape.tokens(), TILE) + 1;
  }

  @Override
  public int columns(int head, int firstRow, int rows, int[] list) {
    int end = tileEnd(firstRow);
    int[] runs = new int[2 * maxRuns()];
    int count = ranges(offsets[head], end, TILE, runs);
    return outside(columns[head], end, runs, count, list);
  }

  @Override
  public int maxColumns() {
    int most = 0;
    for (int[] ofHead : columns) {
      most = Math.max(most, ofHead.length);
    }
    return most;
  }

  private static int tileEnd(int firstRow) {
    return firstRow - firstRow % TILE + TILE;
  }

  /**
   * The ranges of a tile of {@code width} rows that ends before {@code end}, as pairs (first, last
   * + 1), ascending.
   *
   * @param offsets descending
   */
  public static int ranges(int[] offsets, int end, int width, int[] runs) {
    int count = 0;
    for (int offset : offsets) {
      if (offset >= end) {
        continue;
      }
      int to = Math.max(end - offset, width);
      if (count == 0 || to > runs[2 * count - 1] + width) {
        runs[2 * count] = to - width;
        runs[2 * count + 1] = to;
        count++;
      } else if (to > runs[2 * count - 1]) {
        runs[2 * count - 1] += width;
      }
    }
    return count;
  }

  /** The columns below {@code end} that lie in none of the ranges. */
  static int outside(int[] columns, int end, int[] runs, int ranges, int[] list) {
    int count = 0;
    int range = 0;
    for (int column : columns) {
      if (column >= end) {
        break;
      }
      while (range < ranges && runs[2 * range + 1] <= column) {
        range++;
      }
      if (range == ranges || column < runs[2 * range]) {
        list[count++] = column;
      }
    }
    return count;
  }
}
