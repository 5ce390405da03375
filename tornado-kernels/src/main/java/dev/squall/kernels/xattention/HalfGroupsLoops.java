package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import dev.squall.kernels.attention.HalfRowsLoops;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Queries and keys in words of four halves, as {@link HalfRowsLoops} makes them, filled up with
 * zeros to whole tiles of 128 groups. Sizes as in {@link Layout}.
 */
final class HalfGroupsLoops {
  private HalfGroupsLoops() {}

  /**
   * @param q f32[H,L,D]
   * @param halves [H,⌈G/128⌉·128·S,D/4]
   */
  static void packQueries(FloatArray q, LongArray halves, IntArray dims) {
    for (@Parallel int head = 0; head < dims.get(HEADS); head++) {
      for (@Parallel int row = 0;
          row < (((dims.get(GROUPS) + 127) >> 7) << 7) * dims.get(STRIDE);
          row++) {
        for (@Parallel int word = 0; word < dims.get(DEPTH) >> 2; word++) {
          int rows = dims.get(TOKENS);
          int words = dims.get(DEPTH) >> 2;
          int filled = (((dims.get(GROUPS) + 127) >> 7) << 7) * dims.get(STRIDE);
          int from = ((head * rows + row) * words + word) << 2;
          halves.set(
              (head * filled + row) * words + word, row < rows ? HalfRowsLoops.four(q, from) : 0L);
        }
      }
    }
  }

  /**
   * @param k f32[Hk,L,D]
   * @param halves [Hk,⌈G/128⌉·128·S,D/4]
   */
  static void packKeys(FloatArray k, LongArray halves, IntArray dims) {
    for (@Parallel int head = 0; head < dims.get(KEY_HEADS); head++) {
      for (@Parallel int row = 0;
          row < (((dims.get(GROUPS) + 127) >> 7) << 7) * dims.get(STRIDE);
          row++) {
        for (@Parallel int word = 0; word < dims.get(DEPTH) >> 2; word++) {
          int rows = dims.get(TOKENS);
          int words = dims.get(DEPTH) >> 2;
          int filled = (((dims.get(GROUPS) + 127) >> 7) << 7) * dims.get(STRIDE);
          int from = ((head * rows + row) * words + word) << 2;
          halves.set(
              (head * filled + row) * words + word, row < rows ? HalfRowsLoops.four(k, from) : 0L);
        }
      }
    }
  }
}
