package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Keys and values rearranged into panels of 16 tokens, feature by feature, so that {@link
 * SparseAttentionRowTiles} finds the 16 values that it needs next to one another.
 */
public final class KeyPanelsLoops {
  private KeyPanelsLoops() {}

  /**
   * Fills the panels; the last one is filled up with copies of the last token, finite values that
   * take no weight.
   *
   * @param k [Hk,L,D]
   * @param v [Hk,L,D]
   * @param keyPanels [Hk,⌈L/16⌉,D,16]
   * @param valuePanels [Hk,⌈L/16⌉,D,16]
   * @param dims as for {@link SparseAttentionLoops#attend}
   */
  public static void pack(
      FloatArray k, FloatArray v, FloatArray keyPanels, FloatArray valuePanels, IntArray dims) {
    for (@Parallel int head = 0; head < dims.get(1); head++) {
      for (@Parallel int token = 0; token < dims.get(2); token++) {
        int tokens = dims.get(2);
        int size = dims.get(3);
        int panels = (tokens + 15) >> 4;
        int source = (head * tokens + token) * size;
        int end = token == tokens - 1 ? panels * 16 : token + 1;
        for (int t = token; t < end; t++) {
          int panel = t >> 4;
          int target = (head * panels + panel) * size * 16 + (t & 15);
          for (int d = 0; d < size; d++) {
            keyPanels.set(target + d * 16, k.get(source + d));
            valuePanels.set(target + d * 16, v.get(source + d));
          }
        }
      }
    }
  }
}
