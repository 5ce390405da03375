package dev.squall.kernels.attention;

/**
 * The order in which an attention loop takes query rows, cut into groups: all rows of a group
 * attend to the same keys, save for causality, and ascend.
 *
 * @param rows every query row once; null for 0, 1, 2, …
 * @param ends where the groups end in that order, ascending; the last is the number of rows
 */
public record RowOrder(int[] rows, int[] ends) {

  /** Rows in their own order, in groups of {@code block}. */
  public static RowOrder blocks(int rows, int block) {
    return blocks(rows, block, 0);
  }

  /** As above where {@code offset} tokens precede the rows, and blocks are cut from all of them. */
  public static RowOrder blocks(int rows, int block, int offset) {
    int first = offset / block;
    int[] ends = new int[Math.ceilDiv(offset + rows, block) - first];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = (int) Math.min(rows, (first + i + 1L) * block - offset);
    }
    return new RowOrder(null, ends);
  }

  /** The query row that is taken at {@code place}. */
  public int row(int place) {
    return rows == null ? place : rows[place];
  }

  /** Where group {@code group} begins. */
  public int start(int group) {
    return group == 0 ? 0 : ends[group - 1];
  }

  public int groups() {
    return ends.length;
  }
}
