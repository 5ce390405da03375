package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What each block row keeps as a list, so that a work-group finds its next block without a search.
 * Sizes as for {@link SparseAttentionLoops#attend}.
 */
public final class KeptBlocksLoops {
  private KeptBlocksLoops() {}

  /**
   * @param mask u8[H,NB,NB], 1 = kept; one unused element where dims says that all is kept
   * @param lists i32[H,QB,1+NB]: a count and the kept blocks in ascending order, the rest zero; of
   *     a call without a mask one row serves all
   */
  public static void list(ByteArray mask, IntArray lists, IntArray dims) {
    for (@Parallel int row = 0; row < dims.get(9); row++) {
      int blocks = dims.get(7);
      int masked = dims.get(5);
      int from = row * blocks;
      int to = row * (blocks + 1);
      int count = 0;
      int hidden = masked * dims.get(4) * (blocks - 1 - row % blocks);
      for (int b = 0; b < blocks - hidden; b++) {
        int keep = 1;
        if (masked == 1) {
          keep = mask.get(from + b);
        }
        if (keep != 0) {
          count += 1;
          lists.set(to + count, b);
        }
      }
      lists.set(to, count);
      for (int b = count; b < blocks; b++) {
        lists.set(to + 1 + b, 0);
      }
    }
  }
}
