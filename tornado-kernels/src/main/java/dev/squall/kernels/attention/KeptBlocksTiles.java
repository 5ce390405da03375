package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What each block row keeps as a list, so that a work-group finds its next block without a search.
 * Sizes as for {@link SparseAttentionLoops#attend}.
 */
public final class KeptBlocksTiles {
  /** Work-items of a group; each lists a part of its row. */
  public static final int ITEMS = 128;

  /** Local memory of a group. */
  public static final int LOCAL_BYTES = 4 * ITEMS;

  private KeptBlocksTiles() {}

  /**
   * Group x is a block row of a head.
   *
   * @param mask u8[H,NB,NB], 1 = kept; one unused element where dims says that all is kept
   * @param lists i32[H,NB,1+NB]: a count and the blocks that the row keeps and may see, in
   *     ascending order; of a call without a mask one row, with all blocks, serves all. Of a row
   *     that keeps nothing the first place is zero.
   */
  public static void list(KernelContext context, ByteArray mask, IntArray lists, IntArray dims) {
    int[] counts = context.allocateIntLocalArray(128);
    int item = context.localIdx;
    int row = context.groupIdx;
    int causal = dims.get(4);
    int masked = dims.get(5);
    int blocks = dims.get(7);
    int from = row * blocks;
    int to = row * (blocks + 1);
    int seen = blocks - masked * causal * (blocks - 1 - row % blocks);
    int share = (blocks + ITEMS - 1) >> 7;
    int begin = item * share;
    int end = TornadoMath.min(begin + share, seen);
    int own = 0;
    for (int b = begin; b < end; b++) {
      int keep = 1;
      if (masked == 1) {
        keep = mask.get(from + b);
      }
      own += keep != 0 ? 1 : 0;
    }
    counts[item] = own;
    context.localBarrier();
    int place = 0;
    int count = 0;
    for (int n = 0; n < ITEMS; n++) {
      int other = counts[n];
      place += n < item ? other : 0;
      count += other;
    }
    for (int b = begin; b < end; b++) {
      int keep = 1;
      if (masked == 1) {
        keep = mask.get(from + b);
      }
      if (keep != 0) {
        place += 1;
        lists.set(to + place, b);
      }
    }
    if (item == 0) {
      lists.set(to, count);
      // Attention reads the first place in any case.
      if (count == 0) {
        lists.set(to + 1, 0);
      }
    }
  }
}
