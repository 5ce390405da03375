package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Queries and keys rearranged into panels for {@link AntidiagonalScoresRowTiles}: of every 16
 * groups the tokens that meet in one phase of the antidiagonals, feature by feature, so that 16
 * values lie next to one another. Tokens beyond the last are zeros. Sizes as in {@link Layout}.
 */
final class GroupPanelsLoops {
  private GroupPanelsLoops() {}

  /**
   * Query panels [H,⌈G/16⌉,S,D,16]: phase s holds token S−1−s of each group.
   *
   * @param q [H,L,D]
   */
  static void packQueries(FloatArray q, FloatArray panels, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int group = 0; group < dims.get(GROUPS); group++) {
        int groups = dims.get(GROUPS);
        int tokens = dims.get(TOKENS);
        int depth = dims.get(DEPTH);
        int stride = dims.get(STRIDE);
        int tiles = (groups + 15) >> 4;
        // The last group fills its tile up.
        int end = group == groups - 1 ? tiles * 16 : group + 1;
        for (int i = group; i < end; i++) {
          int tile = (h * tiles + (i >> 4)) * stride * depth * 16 + (i & 15);
          for (int s = 0; s < stride; s++) {
            int token = i * stride + stride - 1 - s;
            int inRange = token < tokens ? 1 : 0;
            int source = (h * tokens + inRange * token) * depth;
            int target = tile + s * depth * 16;
            for (int d = 0; d < depth; d++) {
              panels.set(target + d * 16, inRange * q.get(source + d));
            }
          }
        }
      }
    }
  }

  /**
   * Key panels [Hk,⌈G/16⌉,S,D,16]: phase s holds token s of each group.
   *
   * @param k [Hk,L,D]
   */
  static void packKeys(FloatArray k, FloatArray panels, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int group = 0; group < dims.get(GROUPS); group++) {
        int groups = dims.get(GROUPS);
        int tokens = dims.get(TOKENS);
        int depth = dims.get(DEPTH);
        int stride = dims.get(STRIDE);
        int tiles = (groups + 15) >> 4;
        // The last group fills its tile up.
        int end = group == groups - 1 ? tiles * 16 : group + 1;
        for (int j = group; j < end; j++) {
          int tile = (h * tiles + (j >> 4)) * stride * depth * 16 + (j & 15);
          for (int s = 0; s < stride; s++) {
            int token = j * stride + s;
            int inRange = token < tokens ? 1 : 0;
            int source = (h * tokens + inRange * token) * depth;
            int target = tile + s * depth * 16;
            for (int d = 0; d < depth; d++) {
              panels.set(target + d * 16, inRange * k.get(source + d));
            }
          }
        }
      }
    }
  }
}
