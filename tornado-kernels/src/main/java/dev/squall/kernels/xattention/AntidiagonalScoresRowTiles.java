package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.EXCLUDED;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.SCALE;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Antidiagonal scores for processors that run the work-items of a group as lanes of a vector: a
 * group takes 16 × 16 scores, a lane a column of 16 query groups, on the panels of {@link
 * GroupPanelsLoops}. Each key value that a lane loads meets 16 query values, which are the same for
 * all lanes; the 16 sums stay in registers, and no lane waits for another. Sizes as in {@link
 * Layout}.
 */
final class AntidiagonalScoresRowTiles {
  /** Query groups, key groups and work-items of a work-group. */
  static final int TILE = 16;

  private AntidiagonalScoresRowTiles() {}

  static void meanRows(
      KernelContext context,
      FloatArray queryPanels,
      FloatArray keyPanels,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    int lane = context.localIdx;
    int groups = dims.get(GROUPS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int causal = dims.get(CAUSAL);
    int tiles = (groups + 15) >> 4;
    int columnTile = context.groupIdx;
    int head = context.groupIdy / tiles;
    int rowTile = context.groupIdy % tiles;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int area = stride * depth;
    int queryBase = (head * tiles + rowTile) * area * TILE;
    int keyBase = (head / sharing * tiles + columnTile) * area * TILE + lane;
    float factor = scalars.get(SCALE) / stride;
    float excluded = scalars.get(EXCLUDED);
    float[] sums = new float[16];
    for (int n = 0; n < TILE; n++) {
      sums[n] = 0f;
    }
    // A mean sums over phases as over features.
    int products = causal * columnTile > rowTile ? 0 : area;
    for (int d = 0; d < products; d++) {
      float key = keyPanels.get(keyBase + d * TILE);
      int query = queryBase + d * TILE;
      for (int n = 0; n < TILE; n++) {
        sums[n] += key * queryPanels.get(query + n);
      }
    }
    int j = columnTile * TILE + lane;
    int rowStart = rowTile * TILE;
    int rows = TornadoMath.min(TILE, groups - rowStart);
    for (int n = 0; n < TILE; n++) {
      int i = rowStart + n;
      int lastGroup = causal * i + (1 - causal) * (groups - 1);
      if ((n < rows ? 1 : 0) * (j < groups ? 1 : 0) == 1) {
        float score = j <= lastGroup ? sums[n] * factor : excluded;
        scores.set((head * groups + i) * groups + j, score);
      }
    }
  }

  static void logMeanExpRows(
      KernelContext context,
      FloatArray q,
      FloatArray k,
      FloatArray queryPanels,
      FloatArray keyPanels,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    int lane = context.localIdx;
    int groups = dims.get(GROUPS);
    int tokens = dims.get(TOKENS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int causal = dims.get(CAUSAL);
    int tiles = (groups + 15) >> 4;
    int columnTile = context.groupIdx;
    int head = context.groupIdy / tiles;
    int rowTile = context.groupIdy % tiles;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int queryBase = (head * tiles + rowTile) * stride * depth * TILE;
    int keyBase = (head / sharing * tiles + columnTile) * stride * depth * TILE + lane;
    int j = columnTile * TILE + lane;
    int rowStart = rowTile * TILE;
    float scale = scalars.get(SCALE);
    float excluded = scalars.get(EXCLUDED);
    float[] products = new float[16];
    float[] largest = new float[16];
    float[] sums = new float[16];
    for (int n = 0; n < TILE; n++) {
      largest[n] = -1e30f;
      sums[n] = 0f;
    }
    int phases = causal * columnTile > rowTile ? 0 : stride;
    for (int s = 0; s < phases; s++) {
      for (int n = 0; n < TILE; n++) {
        products[n] = 0f;
      }
      for (int d = 0; d < depth; d++) {
        float key = keyPanels.get(keyBase + (s * depth + d) * TILE);
        int query = queryBase + (s * depth + d) * TILE;
        for (int n = 0; n < TILE; n++) {
          products[n] += key * queryPanels.get(query + n);
        }
      }
      int keyInRange = j * stride + s < tokens ? 1 : 0;
      int lookingAhead = causal * (2 * s > stride - 1 ? 1 : 0);
      for (int n = 0; n < TILE; n++) {
        int i = rowStart + n;
        int queryInRange = i * stride + stride - 1 - s < tokens ? 1 : 0;
        // On a causal diagonal the second half of the antidiagonal looks ahead.
        int behind = lookingAhead * (i == j ? 1 : 0);
        float logit = products[n] * scale;
        float before = largest[n];
        float larger = TornadoMath.max(before, logit);
        // The larger of the two terms is one; the other takes the only exponential.
        float fade = TornadoMath.exp(TornadoMath.min(before, logit) - larger);
        float sum = before < logit ? sums[n] * fade + 1f : sums[n] + fade;
        int counts = queryInRange * keyInRange * (1 - behind);
        sums[n] = counts == 1 ? sum : sums[n];
        largest[n] = counts == 1 ? larger : before;
      }
    }
    int columns = TornadoMath.min(stride, tokens - j * stride);
    int lines = TornadoMath.min(TILE, groups - rowStart);
    for (int n = 0; n < TILE; n++) {
      int i = rowStart + n;
      int rows = TornadoMath.min(stride, tokens - i * stride);
      int lastGroup = causal * i + (1 - causal) * (groups - 1);
      if ((n < lines ? 1 : 0) * (j < groups ? 1 : 0) == 1) {
        int causalDiagonal = causal * (i == j ? 1 : 0);
        int last = causalDiagonal == 1 ? (stride - 1) >> 1 : columns - 1;
        float width = causalDiagonal == 1 ? 0.5f * (rows + 1) : columns;
        float sampled = (last - (stride - rows) + 1) * (float) stride * stride;
        float score = excluded;
        if (j <= lastGroup) {
          score = largest[n] + TornadoMath.log(sums[n] * (rows * width / sampled));
        }
        scores.set((head * groups + i) * groups + j, score);
      }
    }
    // A short last group meets itself in other pairs; its work-item computes that score again.
    int corner = groups - 1;
    int ownRow = (corner >> 4) == rowTile ? 1 : 0;
    int ownColumn = corner == j ? 1 : 0;
    int shortGroup = tokens - corner * stride < stride ? 1 : 0;
    if (ownRow * ownColumn * shortGroup == 1) {
      float score =
          AntidiagonalScoresLoops.logMeanExp(q, k, dims, scale, head, corner, corner, stride);
      scores.set((head * groups + corner) * groups + corner, score);
    }
  }
}
