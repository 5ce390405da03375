package dev.squall.kernels.frontier;

import static dev.squall.kernels.frontier.FrontierLayout.DEPTH;
import static dev.squall.kernels.frontier.FrontierLayout.HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.KEY_HEADS;
import static dev.squall.kernels.frontier.FrontierLayout.SCALE;
import static dev.squall.kernels.frontier.FrontierLayout.TOKENS;
import static dev.squall.kernels.frontier.FrontierLayout.WINDOW;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The attention of the last query rows as annotated loops. Sizes as in {@link FrontierLayout}; W is
 * the window.
 */
final class WindowLoops {
  private WindowLoops() {}

  /**
   * @param logits f32[H,W,L] of the last W rows; of keys that a row does not see, zero
   */
  static void windowLogits(
      FloatArray q, FloatArray k, FloatArray logits, IntArray dims, FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int w = 0; w < dims.get(WINDOW); w++) {
        for (@Parallel int j = 0; j < dims.get(TOKENS); j++) {
          int tokens = dims.get(TOKENS);
          int depth = dims.get(DEPTH);
          int window = dims.get(WINDOW);
          int position = tokens - window + w;
          int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
          int query = (h * tokens + position) * depth;
          int key = (h / sharing * tokens + j) * depth;
          float logit = 0f;
          if (j <= position) {
            for (int d = 0; d < depth; d++) {
              logit += q.get(query + d) * k.get(key + d);
            }
          }
          logits.set((h * window + w) * tokens + j, logit * scalars.get(SCALE));
        }
      }
    }
  }

  /**
   * @param maximum f32[H,W] largest logit that a row sees
   * @param factor f32[H,W] one over the sum of exp(logit − maximum)
   */
  static void softmaxRows(FloatArray logits, FloatArray maximum, FloatArray factor, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int w = 0; w < dims.get(WINDOW); w++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        int visible = tokens - window + w + 1;
        int start = (h * window + w) * tokens;
        float largest = logits.get(start);
        for (int j = 1; j < visible; j++) {
          largest = TornadoMath.max(largest, logits.get(start + j));
        }
        float total = 0f;
        for (int j = 0; j < visible; j++) {
          total += TornadoMath.exp(logits.get(start + j) - largest);
        }
        maximum.set(h * window + w, largest);
        factor.set(h * window + w, 1f / total);
      }
    }
  }
}
