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
 * Selection by work-groups, one a block row: each work-item finds the place of its blocks among all
 * by counting what goes before them, then masses in that order are added up until they suffice. Bit
 * for bit what {@link BlockSelectionLoops} chooses. Sizes as in {@link Layout}.
 */
final class BlockSelectionTiles {
  static final int ITEMS = 128;

  /** Most blocks of a row: its masses lie in local memory. */
  static final int LARGEST_ROW = 1024;

  static final int LOCAL_BYTES = 3 * LARGEST_ROW * Float.BYTES;

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
    float[] credits = context.allocateFloatLocalArray(1024);
    int[] places = context.allocateIntLocalArray(1024);
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
    for (int c = item; c < allowed; c += ITEMS) {
      values[c] = mass.get(start + c);
      credits[c] = 0f;
    }
    context.localBarrier();
    for (int c = item; c < allowed; c += ITEMS) {
      float value = values[c];
      int place = 0;
      for (int other = 0; other < allowed; other++) {
        float rival = values[other];
        int forced = causal * ((other == 0 ? 1 : 0) | (other == row ? 1 : 0));
        int before = (rival > value ? 1 : 0) | ((rival == value ? 1 : 0) & (other < c ? 1 : 0));
        place += before * (1 - forced);
      }
      places[c] = place;
      int mine = causal * ((c == 0 ? 1 : 0) | (c == row ? 1 : 0));
      if (mine == 0) {
        credits[place] = BlockSelectionLoops.credit(mass, start + c, dims, margin);
      }
    }
    context.localBarrier();
    float total = 0f;
    float covered = 0f;
    for (int c = 0; c < allowed; c++) {
      float value = values[c];
      int forced = causal * ((c == 0 ? 1 : 0) | (c == row ? 1 : 0));
      total += value;
      covered += forced * value;
    }
    float required = threshold * total;
    int choices = allowed - causal * (row > 0 ? 2 : 1);
    int taken = 0;
    for (int place = 0; place < choices; place++) {
      int more = covered < required ? 1 : 0;
      covered += more * credits[place];
      taken += more;
    }
    int all = threshold >= 1f ? 1 : 0;
    for (int c = item; c < blocks; c += ITEMS) {
      int inside = c < allowed ? 1 : 0;
      int forced = causal * ((c == 0 ? 1 : 0) | (c == row ? 1 : 0));
      int chosen = places[TornadoMath.min(c, allowed - 1)] < taken ? 1 : 0;
      mask.set(target + c, (byte) (inside * (all | forced | chosen)));
    }
  }
}
