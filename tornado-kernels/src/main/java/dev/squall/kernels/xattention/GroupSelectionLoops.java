package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.BLOCKS;
import static dev.squall.kernels.xattention.Layout.BLOCK_GROUPS;
import static dev.squall.kernels.xattention.Layout.FIRST_DENSE_ROW;
import static dev.squall.kernels.xattention.Layout.FIRST_ROW;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.HEAD_THRESHOLDS;
import static dev.squall.kernels.xattention.Layout.LOCAL;
import static dev.squall.kernels.xattention.Layout.QUERIES;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.THRESHOLD;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The choice of key groups as annotated loops: their weights, the selection in the manner of {@link
 * BlockSelectionLoops}, the lists of spans that attention reads, and the kept pairs. Sizes as in
 * {@link Layout}; QB = BLOCKS − FIRST_ROW.
 */
final class GroupSelectionLoops {
  private GroupSelectionLoops() {}

  /**
   * @param maximum f32[H,G] as {@link BlockMassLoops#softmaxRows} leaves it, as {@code factor}
   * @param weights f32[H,QB,G]
   */
  static void groupWeights(
      FloatArray scores, FloatArray maximum, FloatArray factor, FloatArray weights, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(BLOCKS) - dims.get(FIRST_ROW); n++) {
        for (@Parallel int j = 0; j < dims.get(GROUPS); j++) {
          int groups = dims.get(GROUPS);
          int side = dims.get(BLOCK_GROUPS);
          int rows = dims.get(BLOCKS) - dims.get(FIRST_ROW);
          int r = n + dims.get(FIRST_ROW);
          int first = TornadoMath.max(r * side, BlockMassLoops.firstGroup(dims));
          int end = TornadoMath.min((r + 1) * side, groups);
          float sum = 0f;
          for (int i = TornadoMath.max(first, j); i < end; i++) {
            int row = h * groups + i;
            float score = scores.get(row * groups + j) - maximum.get(row);
            sum += TornadoMath.exp(score) * factor.get(row);
          }
          weights.set((h * rows + n) * groups + j, sum);
        }
      }
    }
  }

  /**
   * @param thresholds f32[H], or one unused element if dims says that all heads share one
   * @param kept u8[H,QB,G]
   */
  static void selectGroups(
      FloatArray weights,
      FloatArray thresholds,
      ByteArray kept,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(BLOCKS) - dims.get(FIRST_ROW); n++) {
        int groups = dims.get(GROUPS);
        int side = dims.get(BLOCK_GROUPS);
        int r = n + dims.get(FIRST_ROW);
        int start = (h * (dims.get(BLOCKS) - dims.get(FIRST_ROW)) + n) * groups;
        int allowed = TornadoMath.min(groups, (r + 1) * side);
        int stride = TornadoMath.max(1, dims.get(STRIDE));
        int own = TornadoMath.max(0, r * side * stride - dims.get(LOCAL)) / stride;
        float threshold = scalars.get(THRESHOLD);
        if (dims.get(HEAD_THRESHOLDS) == 1) {
          threshold = thresholds.get(h);
        }
        if (r >= dims.get(FIRST_DENSE_ROW)) {
          threshold = 1f;
        }
        float total = 0f;
        float covered = 0f;
        for (int c = 0; c < allowed; c++) {
          float value = weights.get(start + c);
          int forced = (c == 0 ? 1 : 0) | (c >= own ? 1 : 0);
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
          int at = groups;
          for (int c = 1; c < own; c++) {
            float value = weights.get(start + c);
            int behind = (value < level ? 1 : 0) | ((value == level ? 1 : 0) & (c > index ? 1 : 0));
            int better = value > next ? 1 : 0;
            if (behind * better == 1) {
              next = value;
              at = c;
            }
          }
          more = 0;
          if (at < groups) {
            level = next;
            index = at;
            covered += next;
            more = covered < required ? 1 : 0;
          }
        }
        int all = threshold >= 1f ? 1 : 0;
        for (int c = 0; c < groups; c++) {
          float value = weights.get(start + c);
          int forced = (c == 0 ? 1 : 0) | (c >= own ? 1 : 0);
          int taken = (value > level ? 1 : 0) | ((value == level ? 1 : 0) & (c <= index ? 1 : 0));
          int inside = c < allowed ? 1 : 0;
          kept.set(start + c, (byte) (inside * (all | forced | taken)));
        }
      }
    }
  }

  /**
   * The kept groups as spans, neighbouring ones together, for {@link
   * dev.squall.kernels.attention.SparseAttentionLoops#attend}.
   *
   * @param index H · Q places, then a list of up to G spans for each block row of each head
   * @param pairs f32[H,QB] (query, key) pairs that a block row keeps
   */
  static void listSpans(ByteArray kept, IntArray index, FloatArray pairs, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(BLOCKS) - dims.get(FIRST_ROW); n++) {
        int tokens = dims.get(TOKENS);
        int queries = dims.get(QUERIES);
        int groups = dims.get(GROUPS);
        int stride = dims.get(STRIDE);
        int rows = dims.get(BLOCKS) - dims.get(FIRST_ROW);
        int block = dims.get(BLOCK_GROUPS) * stride;
        int offset = tokens - queries;
        int first = (n + dims.get(FIRST_ROW)) * block;
        int from = TornadoMath.max(first, offset);
        int to = TornadoMath.min(first + block, tokens);
        int row = h * rows + n;
        int list = dims.get(HEADS) * queries + row * (1 + 3 * groups);
        int spans = 0;
        int before = 0;
        int sum = 0;
        for (int j = 0; j < groups; j++) {
          int keep = kept.get(row * groups + j);
          int start = j * stride;
          int width = TornadoMath.min(stride, tokens - start);
          int begins = keep * (1 - before);
          spans = spans + begins;
          int at = list + 3 * TornadoMath.max(0, spans - 1);
          if (begins == 1) {
            index.set(at + 1, start);
            index.set(at + 2, 0);
            index.set(at + 3, 1);
          }
          if (keep == 1) {
            index.set(at + 2, index.get(at + 2) + width);
          }
          // Rows before the group see nothing of it, rows behind its end all of it.
          int whole = TornadoMath.max(0, to - TornadoMath.max(from, start + width));
          int edgeFrom = TornadoMath.max(from, start);
          int edgeTo = TornadoMath.min(to, start + width);
          int edge = TornadoMath.max(0, edgeTo - edgeFrom);
          int nearest = edgeFrom - start + 1;
          sum += keep * (whole * width + ((edge * (2 * nearest + edge - 1)) >> 1));
          before = keep;
        }
        index.set(list, spans);
        pairs.set(row, sum);
        for (int token = from; token < to; token++) {
          index.set(h * queries + token - offset, list);
        }
      }
    }
  }
}
