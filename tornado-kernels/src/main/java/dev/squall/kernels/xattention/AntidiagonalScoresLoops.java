package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.EXCLUDED;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.MET_KEYS;
import static dev.squall.kernels.xattention.Layout.PHASES;
import static dev.squall.kernels.xattention.Layout.QUERIES;
import static dev.squall.kernels.xattention.Layout.SCALE;
import static dev.squall.kernels.xattention.Layout.SCORED_HEADS;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Antidiagonal scores as annotated loops, one work-item a score; sizes as in {@link Layout}. */
final class AntidiagonalScoresLoops {
  private AntidiagonalScoresLoops() {}

  static void meanScores(
      FloatArray q, FloatArray k, FloatArray scores, IntArray dims, FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(HEADS); h++) {
      for (@Parallel int i = 0; i < dims.get(GROUPS); i++) {
        for (@Parallel int j = 0; j < dims.get(GROUPS); j++) {
          int groups = dims.get(GROUPS);
          int tokens = dims.get(TOKENS);
          int depth = dims.get(DEPTH);
          int stride = dims.get(STRIDE);
          int lastGroup = dims.get(CAUSAL) == 1 ? i : groups - 1;
          int offset = tokens - dims.get(QUERIES);
          float score = scalars.get(EXCLUDED);
          if (j <= lastGroup) {
            int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
            int keyRows = h / sharing * tokens;
            int met = dims.get(MET_KEYS);
            float sum = 0f;
            for (int s = 0; s < stride; s++) {
              int query = i * stride + dims.get(PHASES + s);
              for (int n = 0; n < met; n++) {
                int key = j * stride + metKey(s, n, stride);
                int inside = (query < tokens ? 1 : 0) * (query >= offset ? 1 : 0);
                if (inside * (key < tokens ? 1 : 0) == 1) {
                  int queryRow = (h * dims.get(QUERIES) + query - offset) * depth;
                  int keyRow = (keyRows + key) * depth;
                  float logit = 0f;
                  for (int d = 0; d < depth; d++) {
                    logit += q.get(queryRow + d) * k.get(keyRow + d);
                  }
                  sum += logit;
                }
              }
            }
            score = sum * scalars.get(SCALE) / stride;
          }
          scores.set((h * groups + i) * groups + j, score);
        }
      }
    }
  }

  /** The n-th key of a group that the query of phase s meets; see {@link Phases#key}. */
  static int metKey(int s, int n, int stride) {
    int key = s;
    if (n == 1) {
      key = s + 1 == stride ? 0 : s + 1;
    }
    if (n == 2) {
      key = s == 0 ? stride - 1 : s - 1;
    }
    return key;
  }

  /** Heads behind the first are these again, from the first half of a full tile's pairs. */
  static void logMeanExpScores(
      FloatArray q, FloatArray k, FloatArray scores, IntArray dims, FloatArray scalars) {
    for (@Parallel int h = 0; h < dims.get(SCORED_HEADS); h++) {
      for (@Parallel int i = 0; i < dims.get(GROUPS); i++) {
        for (@Parallel int j = 0; j < dims.get(GROUPS); j++) {
          int groups = dims.get(GROUPS);
          int halved = h / dims.get(HEADS);
          int head = h - halved * dims.get(HEADS);
          int pairs = dims.get(STRIDE) >> halved;
          int lastGroup = dims.get(CAUSAL) == 1 ? i : groups - 1;
          float score = scalars.get(EXCLUDED);
          if (j <= lastGroup) {
            score = logMeanExp(q, k, dims, scalars.get(SCALE), head, i, j, pairs);
          }
          scores.set((h * groups + i) * groups + j, score);
        }
      }
    }
  }

  /**
   * The score of one tile, with a running maximum so that no exponential overflows.
   *
   * @param pairs that a full tile samples, from its first on; another tile samples all that it has
   */
  static float logMeanExp(
      FloatArray q, FloatArray k, IntArray dims, float scale, int h, int i, int j, int pairs) {
    int tokens = dims.get(TOKENS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int offset = tokens - dims.get(QUERIES);
    int end = TornadoMath.min(stride, tokens - i * stride);
    int missing = TornadoMath.min(stride, TornadoMath.max(0, offset - i * stride));
    int columns = TornadoMath.min(stride, tokens - j * stride);
    int diagonal = i == j ? 1 : 0;
    int causalDiagonal = diagonal * dims.get(CAUSAL);
    int top = diagonal == 1 ? end - 1 : stride - 1;
    int first = TornadoMath.max(0, top - end + 1);
    int side = causalDiagonal == 1 ? top >> 1 : columns - 1;
    int all = TornadoMath.min(top - missing, side);
    int last = all - first + 1 < stride ? all : first + pairs - 1;
    float whole = (end - missing) * (float) columns;
    float triangle = 0.5f * (end * (end + 1) - missing * (missing + 1));
    float cells = causalDiagonal == 1 ? triangle : whole;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int queryRows = h * dims.get(QUERIES) + i * stride + top - offset;
    int keyRows = h / sharing * tokens + j * stride;
    float largest = -1e30f;
    float sum = 0f;
    for (int s = first; s <= last; s++) {
      int query = (queryRows - s) * depth;
      int key = (keyRows + s) * depth;
      float product = 0f;
      for (int d = 0; d < depth; d++) {
        product += q.get(query + d) * k.get(key + d);
      }
      float logit = product * scale;
      float larger = TornadoMath.max(largest, logit);
      sum = sum * TornadoMath.exp(largest - larger) + TornadoMath.exp(logit - larger);
      largest = larger;
    }
    float sampled = (last - first + 1) * (float) stride * stride;
    return largest + TornadoMath.log(sum * (cells / sampled));
  }
}
