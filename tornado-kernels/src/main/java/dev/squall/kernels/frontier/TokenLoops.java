package dev.squall.kernels.frontier;

import static dev.squall.kernels.frontier.FrontierLayout.BUDGET;
import static dev.squall.kernels.frontier.FrontierLayout.HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.KEY_HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.POOL;
import static dev.squall.kernels.frontier.FrontierLayout.RECENT;
import static dev.squall.kernels.frontier.FrontierLayout.SHARE;
import static dev.squall.kernels.frontier.FrontierLayout.SINK;
import static dev.squall.kernels.frontier.FrontierLayout.TOKENS;
import static dev.squall.kernels.frontier.FrontierLayout.WINDOW;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The choice of tokens to keep as annotated loops. Sizes as in {@link FrontierLayout}. */
final class TokenLoops {
  /** Above all importance; a forced token has this and the number of forced ones behind it. */
  private static final float FORCED = 4.0f;

  private TokenLoops() {}

  /**
   * Mean weight of a token.
   *
   * @param logits f32[H,W,L], with {@code maximum} and {@code factor} f32[H,W] of their softmax
   * @param importance f32[Hk,L]
   */
  static void meanWeights(
      FloatArray logits,
      FloatArray maximum,
      FloatArray factor,
      FloatArray importance,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        int rows = dims.get(HEADS) / dims.get(KEY_HEADS) * window;
        float sum = 0f;
        for (int n = 0; n < rows; n++) {
          int row = h * rows + n;
          int position = tokens - window + n % window;
          if (j <= position) {
            sum +=
                TornadoMath.exp(logits.get(row * tokens + j) - maximum.get(row)) * factor.get(row);
          }
        }
        importance.set(h * tokens + j, sum / rows);
      }
    }
  }

  /** Largest weight of a token; arguments as in {@link #meanWeights}. */
  static void largestWeights(
      FloatArray logits,
      FloatArray maximum,
      FloatArray factor,
      FloatArray importance,
      IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        int rows = dims.get(HEADS) / dims.get(KEY_HEADS) * window;
        float most = 0f;
        for (int n = 0; n < rows; n++) {
          int row = h * rows + n;
          int position = tokens - window + n % window;
          if (j <= position) {
            float logit = logits.get(row * tokens + j) - maximum.get(row);
            most = TornadoMath.max(most, TornadoMath.exp(logit) * factor.get(row));
          }
        }
        importance.set(h * tokens + j, most);
      }
    }
  }

  /**
   * The average over the tokens around, and what is kept before all others above everything.
   *
   * @param pooled f32[Hk,L]
   */
  static void poolTokens(FloatArray importance, FloatArray pooled, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
        int tokens = dims.get(TOKENS);
        int pool = dims.get(POOL);
        int half = pool >> 1;
        int from = TornadoMath.max(0, j - half);
        int to = TornadoMath.min(tokens - 1, j + half);
        float sum = 0f;
        for (int near = from; near <= to; near++) {
          sum += importance.get(h * tokens + near);
        }
        float value = sum / pool;
        int distance = tokens - 1 - j;
        int sink = TornadoMath.min(tokens, dims.get(SINK));
        int recent = dims.get(RECENT);
        if (distance < recent) {
          value = FORCED + (recent - distance);
        }
        if (j < sink) {
          value = FORCED + recent + (sink - j);
        }
        pooled.set(h * tokens + j, value);
      }
    }
  }

  /**
   * Marks the tokens that a head keeps for itself.
   *
   * @param kept i32[Hk,L]
   */
  static void keepTokens(FloatArray pooled, IntArray kept, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
        int tokens = dims.get(TOKENS);
        float own = pooled.get(h * tokens + j);
        int before = 0;
        for (int i = 0; i < tokens; i++) {
          float other = pooled.get(h * tokens + i);
          before += (other > own ? 1 : 0) | ((other == own ? 1 : 0) & (i < j ? 1 : 0));
        }
        kept.set(h * tokens + j, before < dims.get(SHARE) ? 1 : 0);
      }
    }
  }

  /**
   * Marks the tokens that are kept in the end: a head's own, and of all others the most important.
   *
   * @param own i32[Hk,L] as {@link #keepTokens} leaves them
   * @param kept i32[Hk,L]
   */
  static void competeTokens(FloatArray pooled, IntArray own, IntArray kept, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
        int all = dims.get(KEY_HEADS) * dims.get(TOKENS);
        int at = h * dims.get(TOKENS) + j;
        int wanted = dims.get(KEY_HEADS) * (dims.get(BUDGET) - dims.get(SHARE));
        int keep = own.get(at);
        if (keep == 0) {
          float mine = pooled.get(at);
          int before = 0;
          for (int i = 0; i < all; i++) {
            float other = pooled.get(i);
            int ahead = (other > mine ? 1 : 0) | ((other == mine ? 1 : 0) & (i < at ? 1 : 0));
            before += ahead * (1 - own.get(i));
          }
          keep = before < wanted ? 1 : 0;
        }
        kept.set(at, keep);
      }
    }
  }

  /**
   * @param indices i32[Hk,kept], ascending
   */
  static void listTokens(IntArray kept, IntArray indices, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS); h++) {
      int tokens = dims.get(TOKENS);
      int at = h * dims.get(BUDGET);
      for (int j = 0; j < tokens; j++) {
        if (kept.get(h * tokens + j) == 1) {
          indices.set(at, j);
          at = at + 1;
        }
      }
    }
  }

  /**
   * @param indices i32[total], head after head
   * @param offsets i32[Hk + 1]
   */
  static void listHeads(IntArray kept, IntArray indices, IntArray offsets, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(KEY_HEADS) + 1; h++) {
      int tokens = dims.get(TOKENS);
      int at = 0;
      for (int i = 0; i < h * tokens; i++) {
        at += kept.get(i);
      }
      offsets.set(h, at);
      if (h < dims.get(KEY_HEADS)) {
        for (int j = 0; j < tokens; j++) {
          if (kept.get(h * tokens + j) == 1) {
            indices.set(at, j);
            at = at + 1;
          }
        }
      }
    }
  }
}
