package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.FIRST_DENSE_ROW;
import static dev.squall.kernels.xattention.Layout.FIRST_ROW;
import static dev.squall.kernels.xattention.Layout.HEAD_THRESHOLDS;
import static dev.squall.kernels.xattention.Layout.MARGIN;
import static dev.squall.kernels.xattention.Layout.MASK_HEADS;
import static dev.squall.kernels.xattention.Layout.THRESHOLD;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Selection by work-groups, one a block row: the masses are sorted in local memory (a bitonic
 * network), then added up in that order until they suffice. Bit for bit what {@link
 * BlockSelectionLoops} chooses. Sizes as in {@link Layout}.
 */
final class BlockSelectionTiles {
  static final int ITEMS = 128;

  /** Most blocks of a row: its masses lie in local memory. */
  static final int LARGEST_ROW = 1024;

  static final int LOCAL_BYTES = (4 * LARGEST_ROW + 1) * Float.BYTES;

  private BlockSelectionTiles() {}

  /** Group x is a block row, group y a head; arguments as for {@link BlockSelectionLoops}. */
  static void selectRow(
      KernelContext context,
      FloatArray mass,
      FloatArray thresholds,
      ByteArray mask,
      IntArray dims,
      FloatArray scalars) {
    float[] values = context.allocateFloatLocalArray(1024);
    float[] ordered = context.allocateFloatLocalArray(1024);
    int[] order = context.allocateIntLocalArray(1024);
    int[] chosen = context.allocateIntLocalArray(1024);
    int[] count = context.allocateIntLocalArray(1);
    int item = context.localIdx;
    int head = context.groupIdy;
    int blocks = dims.get(BLOCKS);
    int causal = dims.get(CAUSAL);
    int row = context.groupIdx + dims.get(FIRST_ROW);
    int start = (head * blocks + row) * blocks;
    int target = (head * (blocks - dims.get(FIRST_ROW)) + context.groupIdx) * blocks;
    int allowed = causal == 1 ? row + 1 : blocks;
    float margin = scalars.get(MARGIN);
    float threshold = dims.get(HEAD_THRESHOLDS) == 1 ? 0f : scalars.get(THRESHOLD);
    int sharing = dims.get(MASK_HEADS);
    int own = dims.get(HEAD_THRESHOLDS) * sharing;
    int firstHead = head / sharing * sharing;
    for (int each = 0; each < own; each++) {
      threshold = TornadoMath.max(threshold, thresholds.get(firstHead + each));
    }
    if (row >= dims.get(FIRST_DENSE_ROW)) {
      threshold = 1f;
    }
    int length = 2;
    while (length < allowed) {
      length = length << 1;
    }
    // Forced blocks and what fills up the network go last.
    for (int c = item; c < length; c += ITEMS) {
      float value = mass.get(start + TornadoMath.min(c, allowed - 1));
      int forced = causal * ((c == 0 ? 1 : 0) | (c == row ? 1 : 0));
      int last = forced | (c < allowed ? 0 : 1);
      values[c] = value;
      ordered[c] = last == 1 ? -1f : value;
      order[c] = c;
      chosen[c] = 0;
    }
    context.localBarrier();
    for (int size = 2; size <= length; size = size << 1) {
      for (int gap = size >> 1; gap > 0; gap = gap >> 1) {
        for (int n = item; n < length >> 1; n += ITEMS) {
          int low = 2 * n - (n & (gap - 1));
          int high = low + gap;
          float lowValue = ordered[low];
          float highValue = ordered[high];
          int lowIndex = order[low];
          int highIndex = order[high];
          int behind =
              (lowValue < highValue ? 1 : 0)
                  | ((lowValue == highValue ? 1 : 0) & (lowIndex > highIndex ? 1 : 0));
          int backwards = (low & size) == 0 ? 0 : 1;
          if (behind != backwards) {
            ordered[low] = highValue;
            ordered[high] = lowValue;
            order[low] = highIndex;
            order[high] = lowIndex;
          }
        }
        context.localBarrier();
      }
    }
    // One work-item adds up, in the order in which the loops do.
    if (item == 0) {
      float total = 0f;
      for (int c = 0; c < allowed; c++) {
        total += values[c];
      }
      float covered = causal * values[0];
      if (causal * row > 0) {
        covered += values[row];
      }
      float required = threshold * total;
      int choices = allowed - causal * (row > 0 ? 2 : 1);
      int place = 0;
      while (place < choices && covered < required) {
        float credit = ordered[place];
        if (margin > 0f) {
          credit = BlockSelectionLoops.credit(mass, start + order[place], dims, margin);
        }
        covered += credit;
        place += 1;
      }
      count[0] = place;
    }
    context.localBarrier();
    int taken = count[0];
    for (int place = item; place < taken; place += ITEMS) {
      chosen[order[place]] = 1;
    }
    context.localBarrier();
    int all = threshold >= 1f ? 1 : 0;
    for (int c = item; c < blocks; c += ITEMS) {
      int inside = c < allowed ? 1 : 0;
      int forced = causal * ((c == 0 ? 1 : 0) | (c == row ? 1 : 0));
      int taking = chosen[TornadoMath.min(c, allowed - 1)];
      mask.set(target + c, (byte) (inside * (all | forced | taking)));
    }
  }
}
