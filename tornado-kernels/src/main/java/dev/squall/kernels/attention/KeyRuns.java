package dev.squall.kernels.attention;

/**
 * The keys that a tile of query rows attends to: ascending runs of neighbouring keys, single keys
 * that are gathered, and each row's own key. This is what a sparse method decides; the attention
 * loop itself is the same for all. Rows are taken in an order that the method chooses, so that rows
 * which lie apart can share a tile.
 *
 * <p>No key may be in two of the three. A tile is a group of the {@link RowOrder}, or a part of
 * one.
 */
public interface KeyRuns {
  /** Query rows are tiled so that no tile crosses a multiple of this. */
  int rowBlock();

  /** The order of the query rows of {@code head}; by default their own, in blocks. */
  default RowOrder rows(int head, int queries) {
    return RowOrder.blocks(queries, rowBlock());
  }

  /**
   * Writes the runs of query rows [firstRow, firstRow + rows) of {@code head} to {@code runs} as
   * pairs (first key, last key + 1), ascending and without overlap, and answers how many. Keys
   * beyond the causal edge may be included; the loop leaves them out. Rows are counted in the order
   * of {@link #rows}, here and below.
   */
  int runs(int head, int firstRow, int rows, int[] runs);

  /** Most runs that a tile can have. */
  int maxRuns();

  /** Writes the single keys of these rows, ascending, and answers how many. */
  default int columns(int head, int firstRow, int rows, int[] columns) {
    return 0;
  }

  /** Most single keys that a tile can have. */
  default int maxColumns() {
    return 0;
  }

  /** Whether the rows of the tile that begins at {@code firstRow} keep their own keys besides. */
  default boolean keepsOwnKey(int head, int firstRow) {
    return false;
  }

  /**
   * The first key that the query at {@code position} may see, which never falls as positions rise;
   * the loop leaves out the keys before it, as it does those beyond the causal edge.
   */
  default int firstKey(int position) {
    return 0;
  }

  /** All keys. */
  static KeyRuns dense(AttentionShape shape) {
    return new KeyRuns() {
      @Override
      public int rowBlock() {
        return shape.tokens();
      }

      @Override
      public int runs(int head, int firstRow, int rows, int[] runs) {
        runs[0] = 0;
        runs[1] = shape.tokens();
        return 1;
      }

      @Override
      public int maxRuns() {
        return 1;
      }
    };
  }

  /** The last {@code window} keys up to the query itself; a causal shape of as many queries. */
  static KeyRuns window(AttentionShape shape, int window) {
    return new KeyRuns() {
      @Override
      public int rowBlock() {
        return shape.tokens();
      }

      @Override
      public int firstKey(int position) {
        return Math.max(0, position - window + 1);
      }

      @Override
      public int runs(int head, int firstRow, int rows, int[] runs) {
        runs[0] = firstKey(firstRow);
        runs[1] = shape.visibleKeys(firstRow + rows - 1);
        return 1;
      }

      @Override
      public int maxRuns() {
        return 1;
      }
    };
  }

  /** The blocks that {@code mask} keeps; neighbouring blocks become one run. */
  static KeyRuns of(AttentionShape shape, BlockMask mask) {
    return new KeyRuns() {
      @Override
      public int rowBlock() {
        return mask.block();
      }

      @Override
      public RowOrder rows(int head, int queries) {
        return RowOrder.blocks(queries, mask.block(), shape.offset());
      }

      @Override
      public int runs(int head, int firstRow, int rows, int[] runs) {
        int queryBlock = shape.position(firstRow) / mask.block();
        int visible = shape.visibleKeys(firstRow + rows - 1);
        int count = 0;
        for (int keyBlock = 0; keyBlock * mask.block() < visible; keyBlock++) {
          if (!mask.keeps(head, queryBlock, keyBlock)) {
            continue;
          }
          int from = keyBlock * mask.block();
          int to = Math.min(visible, from + mask.block());
          if (count > 0 && runs[2 * count - 1] == from) {
            runs[2 * count - 1] = to;
          } else {
            runs[2 * count] = from;
            runs[2 * count + 1] = to;
            count++;
          }
        }
        return count;
      }

      @Override
      public int maxRuns() {
        return mask.blocks();
      }
    };
  }
}
