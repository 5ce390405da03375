package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.EXCLUDED;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.MET_KEYS;
import static dev.squall.kernels.xattention.Layout.PHASES;
import static dev.squall.kernels.xattention.Layout.SCALE;
import static dev.squall.kernels.xattention.Layout.SCORED_HEADS;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Antidiagonal scores by work-groups: a group of 16 × 16 work-items computes 64 × 64 scores, four
 * by four an item, from slices of 16 features in local memory. The phase s walks the tokens of its
 * query groups backwards and of its key groups forwards, so nothing is rearranged in memory. Sizes
 * as in {@link Layout}.
 */
final class AntidiagonalScoresTiles {
  static final int ITEMS = 256;

  /** Registers that an item is laid out for. */
  static final int REGISTERS = 64;

  static final int TILE = 64;

  private static final int FEATURES = 16;

  /** One more than the tile, so that the features of a token fall into different banks. */
  private static final int PITCH = 65;

  /** Further from the diagonal than any score of a tile. */
  private static final int OFF_DIAGONAL = 2 * TILE;

  static final int LOCAL_BYTES = 2 * FEATURES * PITCH * Float.BYTES;

  private AntidiagonalScoresTiles() {}

  static void meanTiles(
      KernelContext context,
      FloatArray q,
      FloatArray k,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int groups = dims.get(GROUPS);
    int tokens = dims.get(TOKENS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int causal = dims.get(CAUSAL);
    int rowTiles = (groups + TILE - 1) >> 6;
    int head = context.groupIdy / rowTiles;
    int rowStart = context.groupIdy % rowTiles * TILE;
    int columnStart = context.groupIdx * TILE;
    float factor = scalars.get(SCALE) / stride;
    float excluded = scalars.get(EXCLUDED);
    float[] queryTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] keyTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] sums = new float[16];
    for (int n = 0; n < 16; n++) {
      sums[n] = 0f;
    }
    int feature = item & 15;
    int line = item >> 4;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int queryRows = head * tokens;
    int keyRows = head / sharing * tokens;
    int phases = causal * columnStart > rowStart + TILE - 1 ? 0 : stride;
    for (int s = 0; s < phases; s++) {
      for (int start = 0; start < depth; start += FEATURES) {
        int d = start + feature;
        int inDepth = d < depth ? 1 : 0;
        for (int n = 0; n < 4; n++) {
          int at = line + 16 * n;
          int query = (rowStart + at) * stride + dims.get(PHASES + s);
          float queryValue = 0f;
          if (inDepth * (query < tokens ? 1 : 0) == 1) {
            queryValue = q.get((queryRows + query) * depth + d);
          }
          float keyValue = 0f;
          for (int met = 0; met < dims.get(MET_KEYS); met++) {
            int phase = AntidiagonalScoresLoops.metKey(s, met, stride);
            int key = (columnStart + at) * stride + phase;
            if (inDepth * (key < tokens ? 1 : 0) == 1) {
              keyValue += k.get((keyRows + key) * depth + d);
            }
          }
          queryTile[feature * PITCH + at] = queryValue;
          keyTile[feature * PITCH + at] = keyValue;
        }
        context.localBarrier();
        for (int f = 0; f < FEATURES; f++) {
          int row = f * PITCH + line;
          int column = f * PITCH + feature;
          for (int r = 0; r < 4; r++) {
            float value = queryTile[row + 16 * r];
            for (int c = 0; c < 4; c++) {
              sums[4 * r + c] += value * keyTile[column + 16 * c];
            }
          }
        }
        context.localBarrier();
      }
    }
    for (int r = 0; r < 4; r++) {
      int i = rowStart + line + 16 * r;
      int lastGroup = causal == 1 ? i : groups - 1;
      for (int c = 0; c < 4; c++) {
        int j = columnStart + feature + 16 * c;
        if ((i < groups ? 1 : 0) * (j < groups ? 1 : 0) == 1) {
          float score = j <= lastGroup ? sums[4 * r + c] * factor : excluded;
          scores.set((head * groups + i) * groups + j, score);
        }
      }
    }
  }

  /**
   * Heads behind the first are these again, from the first half of a full tile's pairs. Other tiles
   * of a head are scored once, for both.
   */
  static void logMeanExpTiles(
      KernelContext context,
      FloatArray q,
      FloatArray k,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int groups = dims.get(GROUPS);
    int tokens = dims.get(TOKENS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int causal = dims.get(CAUSAL);
    int rowTiles = (groups + TILE - 1) >> 6;
    int scored = context.groupIdy / rowTiles;
    int halved = scored / dims.get(HEADS);
    int head = scored - halved * dims.get(HEADS);
    int rowStart = context.groupIdy % rowTiles * TILE;
    int columnStart = context.groupIdx * TILE;
    float scale = scalars.get(SCALE);
    float excluded = scalars.get(EXCLUDED);
    float[] queryTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] keyTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] products = new float[16];
    float[] logs = new float[16];
    for (int n = 0; n < 16; n++) {
      logs[n] = -1e30f;
    }
    int feature = item & 15;
    int line = item >> 4;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int queryRows = head * tokens;
    int keyRows = head / sharing * tokens;
    int phases = causal * columnStart > rowStart + TILE - 1 ? 0 : stride >> halved;
    for (int s = 0; s < phases; s++) {
      for (int n = 0; n < 16; n++) {
        products[n] = 0f;
      }
      for (int start = 0; start < depth; start += FEATURES) {
        int d = start + feature;
        int inDepth = d < depth ? 1 : 0;
        // Not unrolled: four copies of the addresses would spill registers.
        for (int at = line; at < TILE; at += 16) {
          int query = (rowStart + at) * stride + stride - 1 - s;
          int key = (columnStart + at) * stride + s;
          float queryValue = 0f;
          if (inDepth * (query < tokens ? 1 : 0) == 1) {
            queryValue = q.get((queryRows + query) * depth + d);
          }
          float keyValue = 0f;
          if (inDepth * (key < tokens ? 1 : 0) == 1) {
            keyValue = k.get((keyRows + key) * depth + d);
          }
          queryTile[feature * PITCH + at] = queryValue;
          keyTile[feature * PITCH + at] = keyValue;
        }
        context.localBarrier();
        for (int f = 0; f < FEATURES; f++) {
          int row = f * PITCH + line;
          int column = f * PITCH + feature;
          for (int r = 0; r < 4; r++) {
            float value = queryTile[row + 16 * r];
            for (int c = 0; c < 4; c++) {
              products[4 * r + c] += value * keyTile[column + 16 * c];
            }
          }
        }
        context.localBarrier();
      }
      // What a phase allows, told by three numbers of the phase: told for each of the sixteen
      // scores, it would not change from phase to phase, and registers would hold it.
      int queryRoom = tokens - stride + s - (rowStart + line) * stride;
      int keyRoom = tokens - s - (columnStart + feature) * stride;
      // On a causal diagonal the second half of the antidiagonal looks ahead.
      int ahead = causal * (2 * s > stride - 1 ? 1 : 0);
      int apart = ahead == 1 ? rowStart + line - columnStart - feature : OFF_DIAGONAL;
      for (int r = 0; r < 4; r++) {
        int queryInRange = 16 * r * stride <= queryRoom ? 1 : 0;
        for (int c = 0; c < 4; c++) {
          int keyInRange = 16 * c * stride < keyRoom ? 1 : 0;
          int behind = apart == 16 * (c - r) ? 1 : 0;
          if (queryInRange * keyInRange * (1 - behind) == 1) {
            int n = 4 * r + c;
            float logit = products[n] * scale;
            float larger = TornadoMath.max(logs[n], logit);
            float smaller = TornadoMath.min(logs[n], logit);
            logs[n] = larger + TornadoMath.log(1f + TornadoMath.exp(smaller - larger));
          }
        }
      }
    }
    int both = (1 - halved) * (dims.get(SCORED_HEADS) > dims.get(HEADS) ? 1 : 0);
    int halves = dims.get(HEADS) * groups * groups;
    for (int r = 0; r < 4; r++) {
      int i = rowStart + line + 16 * r;
      int rows = TornadoMath.min(stride, tokens - i * stride);
      int lastGroup = causal == 1 ? i : groups - 1;
      for (int c = 0; c < 4; c++) {
        int j = columnStart + feature + 16 * c;
        if ((i < groups ? 1 : 0) * (j < groups ? 1 : 0) == 1) {
          int columns = TornadoMath.min(stride, tokens - j * stride);
          int causalDiagonal = causal * (i == j ? 1 : 0);
          int last = causalDiagonal == 1 ? (stride - 1) >> 1 : columns - 1;
          float width = causalDiagonal == 1 ? 0.5f * (rows + 1) : columns;
          int full = (rows == stride ? 1 : 0) * (columns == stride ? 1 : 0) * (1 - causalDiagonal);
          int pairs = full == 1 ? stride >> halved : last - (stride - rows) + 1;
          float sampled = pairs * (float) stride * stride;
          float score = excluded;
          if (j <= lastGroup) {
            score = logs[4 * r + c] + TornadoMath.log(rows * width / sampled);
          }
          int at = (scored * groups + i) * groups + j;
          if (halved * (1 - full) == 0) {
            scores.set(at, score);
          }
          if (both * (1 - full) == 1) {
            scores.set(at + halves, score);
          }
        }
      }
    }
    // A short last group meets itself in other pairs; its work-item computes that score again. Once
    // and out here: sixteen copies in the loops above would spill registers.
    int corner = groups - 1;
    int cornerRow = corner - rowStart - line;
    int cornerColumn = corner - columnStart - feature;
    int ownRow =
        (cornerRow >= 0 ? 1 : 0) * (cornerRow < TILE ? 1 : 0) * ((cornerRow & 15) == 0 ? 1 : 0);
    int ownColumn =
        (cornerColumn >= 0 ? 1 : 0)
            * (cornerColumn < TILE ? 1 : 0)
            * ((cornerColumn & 15) == 0 ? 1 : 0);
    int shortGroup = tokens - corner * stride < stride ? 1 : 0;
    if (ownRow * ownColumn * shortGroup * (1 - halved) == 1) {
      float score =
          AntidiagonalScoresLoops.logMeanExp(q, k, dims, scale, head, corner, corner, stride);
      int at = (head * groups + corner) * groups + corner;
      scores.set(at, score);
      if (both == 1) {
        scores.set(at + halves, score);
      }
    }
  }
}
