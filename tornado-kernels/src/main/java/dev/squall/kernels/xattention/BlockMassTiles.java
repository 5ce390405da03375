package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.BLOCK_GROUPS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.GROUPS;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Block masses by work-groups, one a block row: its work-items reduce each row of scores together,
 * then each sums whole blocks. Sizes as in {@link Layout}.
 */
final class BlockMassTiles {
  static final int ITEMS = 128;

  /** Most groups of a block: their rows' softmax lies in local memory. */
  static final int LARGEST_SIDE = 256;

  static final int LOCAL_BYTES = (ITEMS + 2 * LARGEST_SIDE) * Float.BYTES;

  private BlockMassTiles() {}

  static void blockRow(KernelContext context, FloatArray scores, FloatArray mass, IntArray dims) {
    int item = context.localIdx;
    int groups = dims.get(GROUPS);
    int blocks = dims.get(BLOCKS);
    int side = dims.get(BLOCK_GROUPS);
    int causal = dims.get(CAUSAL);
    int row = context.groupIdx;
    int head = context.groupIdy;
    float[] partial = context.allocateFloatLocalArray(ITEMS);
    float[] maximum = context.allocateFloatLocalArray(LARGEST_SIDE);
    float[] factor = context.allocateFloatLocalArray(LARGEST_SIDE);
    int first = row * side;
    int rows = TornadoMath.min(side, groups - first);
    for (int r = 0; r < rows; r++) {
      int start = (head * groups + first + r) * groups;
      int allowed = causal == 1 ? first + r + 1 : groups;
      float largest = scores.get(start);
      for (int j = item; j < allowed; j += ITEMS) {
        largest = TornadoMath.max(largest, scores.get(start + j));
      }
      partial[item] = largest;
      context.localBarrier();
      for (int width = ITEMS >> 1; width > 0; width = width >> 1) {
        if (item < width) {
          partial[item] = TornadoMath.max(partial[item], partial[item + width]);
        }
        context.localBarrier();
      }
      largest = partial[0];
      context.localBarrier();
      float total = 0f;
      for (int j = item; j < allowed; j += ITEMS) {
        total += TornadoMath.exp(scores.get(start + j) - largest);
      }
      partial[item] = total;
      context.localBarrier();
      for (int width = ITEMS >> 1; width > 0; width = width >> 1) {
        if (item < width) {
          partial[item] += partial[item + width];
        }
        context.localBarrier();
      }
      if (item == 0) {
        maximum[r] = largest;
        factor[r] = 1f / partial[0];
      }
      context.localBarrier();
    }
    for (int column = item; column < blocks; column += ITEMS) {
      int columnEnd = TornadoMath.min((column + 1) * side, groups);
      float sum = 0f;
      for (int r = 0; r < rows; r++) {
        int start = (head * groups + first + r) * groups;
        int end = causal == 1 ? TornadoMath.min(first + r + 1, columnEnd) : columnEnd;
        float largest = maximum[r];
        float rowSum = 0f;
        for (int j = column * side; j < end; j++) {
          rowSum += TornadoMath.exp(scores.get(start + j) - largest);
        }
        sum += rowSum * factor[r];
      }
      mass.set((head * blocks + row) * blocks + column, sum);
    }
  }
}
