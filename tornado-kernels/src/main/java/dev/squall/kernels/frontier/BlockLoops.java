package dev.squall.kernels.frontier;

import static dev.squall.kernels.frontier.FrontierLayout.BLOCK;
import static dev.squall.kernels.frontier.FrontierLayout.BLOCKS;
import static dev.squall.kernels.frontier.FrontierLayout.BUDGET;
import static dev.squall.kernels.frontier.FrontierLayout.DEPTH;
import static dev.squall.kernels.frontier.FrontierLayout.HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.KEY_HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The choice of block top-k as annotated loops. Sizes as in {@link FrontierLayout}; NB is the
 * number of blocks.
 */
final class BlockLoops {
  /** Above all scores; a forced block has this, less its rank times an eighth of it. */
  private static final float FORCED = 1.0e38f;

  private static final float RANK = 1.0e37f;

  private BlockLoops() {}

  /**
   * @param means f32[H + Hk, NB, D] mean queries, then mean keys
   */
  static void blockMeans(FloatArray q, FloatArray k, FloatArray means, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS) + dims.get(KEY_HEADS); h++) {
      for (@Parallel int b = 0; b < dims.get(BLOCKS); b++) {
        for (@Parallel int d = 0; d < dims.get(DEPTH); d++) {
          int tokens = dims.get(TOKENS);
          int depth = dims.get(DEPTH);
          int heads = dims.get(HEADS);
          int from = b * dims.get(BLOCK);
          int to = TornadoMath.min(tokens, from + dims.get(BLOCK));
          // One loop after the other, one of them empty: of two branches that each end in a loop
          // TornadoVM's OpenCL takes the second one's sum.
          int ofKeys = h < heads ? 0 : 1;
          int query = (1 - ofKeys) * h;
          int key = ofKeys * (h - heads);
          float sum = 0f;
          for (int token = from + ofKeys * (to - from); token < to; token++) {
            sum += q.get((query * tokens + token) * depth + d);
          }
          for (int token = to - ofKeys * (to - from); token < to; token++) {
            sum += k.get((key * tokens + token) * depth + d);
          }
          means.set((h * dims.get(BLOCKS) + b) * depth + d, sum / (to - from));
        }
      }
    }
  }

  /**
   * @param scores f32[H,NB,NB]; of blocks behind the diagonal, zero
   */
  static void blockScores(FloatArray means, FloatArray scores, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int r = 0; r < dims.get(BLOCKS); r++) {
        for (@Parallel int c = 0; c < dims.get(BLOCKS); c++) {
          int blocks = dims.get(BLOCKS);
          int depth = dims.get(DEPTH);
          int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
          int query = (h * blocks + r) * depth;
          int key = ((dims.get(HEADS) + h / sharing) * blocks + c) * depth;
          float score = 0f;
          if (c <= r) {
            for (int d = 0; d < depth; d++) {
              score += means.get(query + d) * means.get(key + d);
            }
          }
          scores.set((h * blocks + r) * blocks + c, score);
        }
      }
    }
  }

  /**
   * @param mask u8[H,NB,NB]
   */
  static void chooseBlocks(FloatArray scores, ByteArray mask, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int r = 0; r < dims.get(BLOCKS); r++) {
        for (@Parallel int c = 0; c < dims.get(BLOCKS); c++) {
          int blocks = dims.get(BLOCKS);
          int start = (h * blocks + r) * blocks;
          int keep = 0;
          if (c <= r) {
            float own = urgency(scores.get(start + c), r, c);
            int before = 0;
            for (int i = 0; i <= r; i++) {
              float other = urgency(scores.get(start + i), r, i);
              int tied = (other == own ? 1 : 0) & (i < c ? 1 : 0);
              before += (other > own ? 1 : 0) | tied;
            }
            keep = before < dims.get(BUDGET) ? 1 : 0;
          }
          mask.set(start + c, (byte) keep);
        }
      }
    }
  }

  /** By what the blocks of a row are ordered. */
  static float urgency(float score, int row, int column) {
    float urgency = score;
    if (column == row - 1) {
      urgency = FORCED - 2 * RANK;
    }
    if (column == 0) {
      urgency = FORCED - RANK;
    }
    if (column == row) {
      urgency = FORCED;
    }
    return urgency;
  }
}
