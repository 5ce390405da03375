package dev.squall.kernels.attention;

/**
 * The keys that a tile of query rows attends to, as ascending runs of neighbouring keys. This is
 * what a sparse method decides; the attention loop itself is the same for all.
 */
public interface KeyRuns {
  /** Query rows are tiled so that no tile crosses a multiple of this. */
  int rowBlock();

  /**
   * Writes the runs of query rows [firstRow, firstRow + rows) of {@code head} to {@code runs} as
   * pairs (first key, last key + 1), ascending and without overlap, and answers how many. Keys
   * beyond the causal edge may be included; the loop leaves them out.
   */
  int runs(int head, int firstRow, int rows, int[] runs);

  /** Most runs that a tile can have. */
  int maxRuns();

  /**
   * The first key that query {@code row} may see, which never falls as rows rise; the loop leaves
   * out the keys before it, as it does those beyond the causal edge.
   */
  default int firstKey(int row) {
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

  /** The last {@code window} keys up to the query itself; a causal shape. */
  static KeyRuns window(AttentionShape shape, int window) {
    return new KeyRuns() {
      @Override
      public int rowBlock() {
        return shape.tokens();
      }

      @Override
      public int firstKey(int row) {
        return Math.max(0, row - window + 1);
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
      public int runs(int head, int firstRow, int rows, int[] runs) {
        int queryBlock = firstRow / mask.block();
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
