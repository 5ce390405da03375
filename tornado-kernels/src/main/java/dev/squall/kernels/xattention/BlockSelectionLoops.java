package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.FIRST_DENSE_ROW;
import static dev.squall.kernels.xattention.Layout.FIRST_ROW;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.HEAD_THRESHOLDS;
import static dev.squall.kernels.xattention.Layout.MARGIN;
import static dev.squall.kernels.xattention.Layout.MASK_HEADS;
import static dev.squall.kernels.xattention.Layout.SCORED_HEADS;
import static dev.squall.kernels.xattention.Layout.THRESHOLD;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Selection as annotated loops, one work-item a block row: it walks the masses downwards, finding
 * the next one by a scan each time, until enough is covered; then it keeps all up to there. Sizes
 * as in {@link Layout}.
 */
final class BlockSelectionLoops {
  private BlockSelectionLoops() {}

  /**
   * @param mass with a margin also those from half of the samples, as of further heads
   * @param thresholds f32[H], or one unused element if dims says that all heads share one; the
   *     largest of the heads that share a mask holds for them
   */
  static void selectBlocks(
      FloatArray mass, FloatArray thresholds, ByteArray mask, IntArray dims, FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(BLOCKS) - dims.get(FIRST_ROW); n++) {
        int blocks = dims.get(BLOCKS);
        int causal = dims.get(CAUSAL);
        int r = n + dims.get(FIRST_ROW);
        int start = (h * blocks + r) * blocks;
        int target = (h * (blocks - dims.get(FIRST_ROW)) + n) * blocks;
        int allowed = causal == 1 ? r + 1 : blocks;
        float threshold = dims.get(HEAD_THRESHOLDS) == 1 ? 0f : scalars.get(THRESHOLD);
        int sharing = dims.get(MASK_HEADS);
        int own = dims.get(HEAD_THRESHOLDS) * sharing;
        int firstHead = h / sharing * sharing;
        for (int each = 0; each < own; each++) {
          threshold = TornadoMath.max(threshold, thresholds.get(firstHead + each));
        }
        if (r >= dims.get(FIRST_DENSE_ROW)) {
          threshold = 1f;
        }
        float total = 0f;
        float covered = 0f;
        for (int c = 0; c < allowed; c++) {
          float value = mass.get(start + c);
          int forced = causal * ((c == 0 ? 1 : 0) | (c == r ? 1 : 0));
          total += value;
          covered += forced * value;
        }
        float required = threshold * total;
        // All before (level, index) in order of choice are taken; nothing is, to begin with.
        float level = Float.MAX_VALUE;
        int index = -1;
        int more = covered < required ? 1 : 0;
        while (more == 1) {
          float next = -1f;
          int at = blocks;
          for (int c = 0; c < allowed; c++) {
            float value = mass.get(start + c);
            int forced = causal * ((c == 0 ? 1 : 0) | (c == r ? 1 : 0));
            int behind = (value < level ? 1 : 0) | ((value == level ? 1 : 0) & (c > index ? 1 : 0));
            int better = value > next ? 1 : 0;
            if (behind * better * (1 - forced) == 1) {
              next = value;
              at = c;
            }
          }
          more = 0;
          if (at < blocks) {
            level = next;
            index = at;
            covered += credit(mass, start + at, dims, scalars.get(MARGIN));
            more = covered < required ? 1 : 0;
          }
        }
        int all = threshold >= 1f ? 1 : 0;
        for (int c = 0; c < blocks; c++) {
          float value = mass.get(start + c);
          int forced = causal * ((c == 0 ? 1 : 0) | (c == r ? 1 : 0));
          int taken = (value > level ? 1 : 0) | ((value == level ? 1 : 0) & (c <= index ? 1 : 0));
          int inside = c < allowed ? 1 : 0;
          mask.set(target + c, (byte) (inside * (all | forced | taken)));
        }
      }
    }
  }

  /** What keeping a block counts for: its mass, or less where half of the samples doubt it. */
  static float credit(FloatArray mass, int index, IntArray dims, float margin) {
    int halves = dims.get(HEADS) * dims.get(BLOCKS) * dims.get(BLOCKS);
    float value = mass.get(index);
    float doubt = 0f;
    if (margin > 0f) {
      doubt = margin * TornadoMath.abs(mass.get(halves + index) - value);
    }
    return TornadoMath.max(0f, value - doubt);
  }

  /**
   * The masses of the heads that share a mask, summed block by block: each of these heads gets the
   * sum.
   */
  static void shareMasses(FloatArray mass, FloatArray shared, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(SCORED_HEADS); h++) {
      for (@Parallel int r = 0; r < dims.get(BLOCKS); r++) {
        for (@Parallel int c = 0; c < dims.get(BLOCKS); c++) {
          int blocks = dims.get(BLOCKS);
          int sharing = dims.get(MASK_HEADS);
          int firstHead = h / sharing * sharing;
          float sum = 0f;
          for (int each = firstHead; each < firstHead + sharing; each++) {
            sum += mass.get((each * blocks + r) * blocks + c);
          }
          shared.set((h * blocks + r) * blocks + c, sum);
        }
      }
    }
  }
}
