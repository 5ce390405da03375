package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.BLOCK_GROUPS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.QUERIES;
import static dev.squall.kernels.xattention.Layout.SCORED_HEADS;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Block masses as two annotated loops: the softmax of each row of scores, kept as its maximum and
 * its factor, then the sum of each block. Sizes as in {@link Layout}.
 */
final class BlockMassLoops {
  private BlockMassLoops() {}

  /**
   * @param maximum f32[H,G] largest allowed score of a row
   * @param factor f32[H,G] one over the sum of exp(score − maximum)
   */
  static void softmaxRows(FloatArray scores, FloatArray maximum, FloatArray factor, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(SCORED_HEADS); h++) {
      for (@Parallel int i = 0; i < dims.get(GROUPS); i++) {
        int groups = dims.get(GROUPS);
        int allowed = dims.get(CAUSAL) == 1 ? i + 1 : groups;
        int row = h * groups + i;
        int start = row * groups;
        float largest = scores.get(start);
        for (int j = 1; j < allowed; j++) {
          largest = TornadoMath.max(largest, scores.get(start + j));
        }
        float total = 0f;
        for (int j = 0; j < allowed; j++) {
          total += TornadoMath.exp(scores.get(start + j) - largest);
        }
        maximum.set(row, largest);
        factor.set(row, 1f / total);
      }
    }
  }

  static void blockSums(
      FloatArray scores, FloatArray maximum, FloatArray factor, FloatArray mass, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(SCORED_HEADS); h++) {
      for (@Parallel int r = 0; r < dims.get(BLOCKS); r++) {
        for (@Parallel int c = 0; c < dims.get(BLOCKS); c++) {
          int groups = dims.get(GROUPS);
          int blocks = dims.get(BLOCKS);
          int side = dims.get(BLOCK_GROUPS);
          int causal = dims.get(CAUSAL);
          int rowEnd = TornadoMath.min((r + 1) * side, groups);
          int columnEnd = TornadoMath.min((c + 1) * side, groups);
          float sum = 0f;
          for (int i = TornadoMath.max(r * side, firstGroup(dims)); i < rowEnd; i++) {
            int row = h * groups + i;
            int end = causal == 1 ? TornadoMath.min(i + 1, columnEnd) : columnEnd;
            float largest = maximum.get(row);
            float rowSum = 0f;
            for (int j = c * side; j < end; j++) {
              rowSum += TornadoMath.exp(scores.get(row * groups + j) - largest);
            }
            sum += rowSum * factor.get(row);
          }
          mass.set((h * blocks + r) * blocks + c, sum);
        }
      }
    }
  }

  /** The group of the first query. */
  static int firstGroup(IntArray dims) {
    int stride = TornadoMath.max(1, dims.get(STRIDE));
    return (dims.get(TOKENS) - dims.get(QUERIES)) / stride;
  }
}
