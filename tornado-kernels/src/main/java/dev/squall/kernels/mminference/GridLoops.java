package dev.squall.kernels.mminference;

import static dev.squall.kernels.mminference.GridLayout.FIRST_STRIDE;
import static dev.squall.kernels.mminference.GridLayout.HEADS;
import static dev.squall.kernels.mminference.GridLayout.HLINE;
import static dev.squall.kernels.mminference.GridLayout.LISTS;
import static dev.squall.kernels.mminference.GridLayout.PHASE;
import static dev.squall.kernels.mminference.GridLayout.PHASES;
import static dev.squall.kernels.mminference.GridLayout.SLASH;
import static dev.squall.kernels.mminference.GridLayout.STRIDE;
import static dev.squall.kernels.mminference.GridLayout.STRIDES;
import static dev.squall.kernels.mminference.GridLayout.TOKENS;
import static dev.squall.kernels.mminference.GridLayout.VLINE;
import static dev.squall.kernels.mminference.GridLayout.WINDOW;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The grid's search and its index as annotated loops. Sizes as in {@link GridLayout}. */
final class GridLoops {
  /** Ints of a list: the number of its spans, and up to three spans. */
  private static final int LIST = 10;

  private GridLoops() {}

  /**
   * Mean weight by phase.
   *
   * @param logits f32[H,W,L] of the window's rows
   * @param maximum f32[H,W] and {@code factor} f32[H,W], the rows' softmax
   * @param masses f32[H,P]
   */
  static void phaseMasses(
      FloatArray logits, FloatArray maximum, FloatArray factor, FloatArray masses, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int n = 0; n < dims.get(PHASES); n++) {
        int tokens = dims.get(TOKENS);
        int window = dims.get(WINDOW);
        int place = place(dims, n);
        int stride = dims.get(FIRST_STRIDE + place);
        int phase = n - start(dims, place);
        float mass = 0f;
        for (int w = 0; w < window; w++) {
          int row = h * window + w;
          int visible = tokens - window + w + 1;
          float largest = maximum.get(row);
          float sum = 0f;
          for (int j = phase; j < visible; j += stride) {
            sum += TornadoMath.exp(logits.get(row * tokens + j) - largest);
          }
          mass += sum * factor.get(row);
        }
        masses.set(h * dims.get(PHASES) + n, mass / window);
      }
    }
  }

  /** Which stride has phase {@code n} of the list. */
  static int place(IntArray dims, int n) {
    int place = 0;
    int end = dims.get(FIRST_STRIDE);
    while (end <= n) {
      place = place + 1;
      end = end + dims.get(FIRST_STRIDE + place);
    }
    return place;
  }

  /** Where the phases of a stride begin. */
  static int start(IntArray dims, int place) {
    int start = 0;
    for (int i = 0; i < place; i++) {
      start += dims.get(FIRST_STRIDE + i);
    }
    return start;
  }

  /**
   * @param best i32[H,2]
   */
  static void bestPhase(FloatArray masses, IntArray best, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      int tokens = dims.get(TOKENS);
      float all = tokens;
      float most = -2f;
      int bestStride = 0;
      int bestAt = 0;
      int at = h * dims.get(PHASES);
      for (int s = 0; s < dims.get(STRIDES); s++) {
        int stride = dims.get(FIRST_STRIDE + s);
        for (int p = 0; p < stride; p++) {
          int count = p < tokens ? (tokens - p + stride - 1) / stride : 0;
          float excess = masses.get(at + p) - count / all;
          if (excess > most) {
            most = excess;
            bestStride = stride;
            bestAt = p;
          }
        }
        at += stride;
      }
      best.set(2 * h, bestStride);
      best.set(2 * h + 1, bestAt);
    }
  }

  /** Where each row finds its spans: at the list of its phase, or of line rows and others. */
  static void gridRows(IntArray index, IntArray dims) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int row = 0; row < dims.get(TOKENS); row++) {
        int phase = row % dims.get(STRIDE);
        int line = phase == dims.get(PHASE) ? 0 : 1;
        int list = dims.get(SLASH) == 1 ? phase : line;
        int lists = dims.get(HEADS) * dims.get(TOKENS);
        index.set(h * dims.get(TOKENS) + row, lists + list * LIST);
      }
    }
  }

  /** The spans of each list. */
  static void gridSpans(IntArray index, IntArray dims) {
    for (@Parallel int n = 0; n < dims.get(LISTS); n++) {
      int tokens = dims.get(TOKENS);
      int stride = dims.get(STRIDE);
      int phase = dims.get(PHASE);
      int slash = dims.get(SLASH);
      int vline = dims.get(VLINE);
      int list = dims.get(HEADS) * tokens + n * LIST;
      int line = n == 0 ? 1 : 0;
      if (slash == 1) {
        line = n == phase ? 1 : 0;
      }
      int spans = 0;
      if (line * dims.get(HLINE) == 1) {
        index.set(list + 1, 0);
        index.set(list + 2, tokens);
        index.set(list + 3, 1);
        spans = 1;
      } else {
        int lineKeys = phase < tokens ? (tokens - phase + stride - 1) / stride : 0;
        if (vline == 1) {
          index.set(list + 1, phase);
          index.set(list + 2, lineKeys);
          index.set(list + 3, stride);
          spans = 1;
        }
        // Line rows have their own phase, and themselves, among the vertical lines.
        int covered = vline * line;
        if (slash * (1 - covered) == 1) {
          int keys = n < tokens ? (tokens - n + stride - 1) / stride : 0;
          index.set(list + 1 + 3 * spans, n);
          index.set(list + 2 + 3 * spans, keys);
          index.set(list + 3 + 3 * spans, stride);
          spans = spans + 1;
        }
        if ((1 - slash) * (1 - covered) == 1) {
          index.set(list + 1 + 3 * spans, 0);
          index.set(list + 2 + 3 * spans, 1);
          index.set(list + 3 + 3 * spans, -1);
          spans = spans + 1;
        }
      }
      index.set(list, spans);
    }
  }
}
