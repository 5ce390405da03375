package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.EXCLUDED;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.PHASES;
import static dev.squall.kernels.xattention.Layout.SCALE;
import static dev.squall.kernels.xattention.Layout.STRIDE;
import static dev.squall.kernels.xattention.Layout.TOKENS;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Mean scores by work-groups for GPUs with many registers: a group of 16 × 16 work-items computes
 * 128 × 128 scores, eight by eight an item, so that 16 values read from local memory meet in 64
 * products. Otherwise as {@link AntidiagonalScoresTiles}; a query meets one key of a group.
 */
final class AntidiagonalScoresWideTiles {
  static final int ITEMS = 256;
  static final int TILE = 128;

  /** Registers that an item needs. */
  static final int REGISTERS = 128;

  private static final int FEATURES = 16;
  private static final int SIDE = 8;

  /** One more than the tile, so that the features of a token fall into different banks. */
  private static final int PITCH = 129;

  static final int LOCAL_BYTES = 2 * FEATURES * PITCH * Float.BYTES;

  private AntidiagonalScoresWideTiles() {}

  static void meanWide(
      KernelContext context,
      FloatArray q,
      FloatArray k,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    float[] queryTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] keyTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] sums = new float[64];
    int item = context.localIdx;
    int groups = dims.get(GROUPS);
    int tokens = dims.get(TOKENS);
    int depth = dims.get(DEPTH);
    int stride = dims.get(STRIDE);
    int causal = dims.get(CAUSAL);
    int rowTiles = (groups + TILE - 1) >> 7;
    int head = context.groupIdy / rowTiles;
    int rowStart = context.groupIdy % rowTiles * TILE;
    int columnStart = context.groupIdx * TILE;
    float factor = scalars.get(SCALE) / stride;
    float excluded = scalars.get(EXCLUDED);
    for (int n = 0; n < 64; n++) {
      sums[n] = 0f;
    }
    int feature = item & 15;
    int line = item >> 4;
    int sharing = dims.get(HEADS) / dims.get(KEY_HEADS);
    int queryRows = head * tokens;
    int keyRows = head / sharing * tokens;
    int phases = causal * columnStart > rowStart + TILE - 1 ? 0 : stride;
    for (int s = 0; s < phases; s++) {
      int queryPhase = dims.get(PHASES + s);
      for (int start = 0; start < depth; start += FEATURES) {
        int d = start + feature;
        int inDepth = d < depth ? 1 : 0;
        for (int n = 0; n < SIDE; n++) {
          int at = line + 16 * n;
          int query = (rowStart + at) * stride + queryPhase;
          float queryValue = 0f;
          if (inDepth * (query < tokens ? 1 : 0) == 1) {
            queryValue = q.get((queryRows + query) * depth + d);
          }
          int key = (columnStart + at) * stride + s;
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
          float key0 = keyTile[column];
          float key1 = keyTile[column + 16];
          float key2 = keyTile[column + 32];
          float key3 = keyTile[column + 48];
          float key4 = keyTile[column + 64];
          float key5 = keyTile[column + 80];
          float key6 = keyTile[column + 96];
          float key7 = keyTile[column + 112];
          for (int r = 0; r < SIDE; r++) {
            float value = queryTile[row + 16 * r];
            sums[8 * r] += value * key0;
            sums[8 * r + 1] += value * key1;
            sums[8 * r + 2] += value * key2;
            sums[8 * r + 3] += value * key3;
            sums[8 * r + 4] += value * key4;
            sums[8 * r + 5] += value * key5;
            sums[8 * r + 6] += value * key6;
            sums[8 * r + 7] += value * key7;
          }
        }
        context.localBarrier();
      }
    }
    for (int r = 0; r < SIDE; r++) {
      int i = rowStart + line + 16 * r;
      int lastGroup = causal == 1 ? i : groups - 1;
      for (int c = 0; c < SIDE; c++) {
        int j = columnStart + feature + 16 * c;
        if ((i < groups ? 1 : 0) * (j < groups ? 1 : 0) == 1) {
          float score = j <= lastGroup ? sums[8 * r + c] * factor : excluded;
          scores.set((head * groups + i) * groups + j, score);
        }
      }
    }
  }
}
