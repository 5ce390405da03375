package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Keys and values rounded to half precision (IEEE 754 binary16, to nearest even), four features in
 * a 64-bit word, the first one lowest: what tensor cores are fed with. Tokens are filled up with
 * zeros to whole tiles of 64, so that copies need no bounds. Sizes as for {@link
 * SparseAttentionLoops#attend}.
 */
public final class HalfRowsLoops {
  private HalfRowsLoops() {}

  /**
   * @param k f32[Hk,L,D]
   * @param v f32[Hk,L,D]
   * @param keys [Hk,⌈L/64⌉·64,D/4]
   * @param values likewise
   */
  public static void packKeys(
      FloatArray k, FloatArray v, LongArray keys, LongArray values, IntArray dims) {
    for (@Parallel int head = 0; head < dims.get(1); head++) {
      for (@Parallel int row = 0; row < ((dims.get(2) + 63) >> 6) << 6; row++) {
        for (@Parallel int word = 0; word < dims.get(3) >> 2; word++) {
          int rows = dims.get(2);
          int words = dims.get(3) >> 2;
          int from = ((head * rows + row) * words + word) << 2;
          int to = (head * (((rows + 63) >> 6) << 6) + row) * words + word;
          keys.set(to, row < rows ? four(k, from) : 0L);
          values.set(to, row < rows ? four(v, from) : 0L);
        }
      }
    }
  }

  /** The four numbers from {@code at} on. */
  public static long four(FloatArray x, int at) {
    long first = half(x.get(at));
    long second = half(x.get(at + 1));
    long third = half(x.get(at + 2));
    long fourth = half(x.get(at + 3));
    return first | (second << 16) | (third << 32) | (fourth << 48);
  }

  private static int half(float value) {
    HalfFloat half = new HalfFloat(value);
    return half.getHalfFloatValue() & 0xFFFF;
  }
}
