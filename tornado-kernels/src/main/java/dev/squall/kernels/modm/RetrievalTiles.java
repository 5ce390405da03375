package dev.squall.kernels.modm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The search by work-groups: a group of 16 × 16 work-items multiplies 64 queries with 64 rows at a
 * time, four by four an item, and walks a chunk of rows so. Each item keeps its best row of four
 * queries; the group then compares these in local memory.
 */
final class RetrievalTiles {
  static final int GROUP = 256;

  /** Queries of a tile, and rows. */
  static final int SIDE = 64;

  /** Rows that a group walks. */
  static final int CHUNK = 512;

  /** Features in local memory at a time. */
  private static final int FEATURES = 16;

  /** One more than the tile, so that the features of a row fall into different banks. */
  private static final int PITCH = 65;

  /** Work-items that share a query. */
  private static final int SHARING = 16;

  static final long LOCAL_BYTES =
      2L * FEATURES * PITCH * Float.BYTES + (Float.BYTES + Integer.BYTES) * SIDE * SHARING;

  private RetrievalTiles() {}

  /** Arguments as in {@link RetrievalLoops#searchChunks}, chunks of {@link #CHUNK} rows. */
  static void searchTiles(
      KernelContext context,
      FloatArray query,
      FloatArray cache,
      FloatArray best,
      IntArray index,
      IntArray dims) {
    int item = context.localIdx;
    int chunk = context.groupIdx;
    int firstQuery = context.groupIdy * SIDE;
    int queries = dims.get(0);
    int rows = dims.get(1);
    int width = dims.get(2);
    int chunks = dims.get(3);
    float[] queryTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] rowTile = context.allocateFloatLocalArray(FEATURES * PITCH);
    float[] groupBest = context.allocateFloatLocalArray(SIDE * SHARING);
    int[] groupIndex = context.allocateIntLocalArray(SIDE * SHARING);
    float[] sums = new float[16];
    float[] parts = new float[16];
    float[] largest = new float[4];
    int[] at = new int[4];
    for (int r = 0; r < 4; r++) {
      largest[r] = -1e30f;
      at[r] = rows;
    }
    int feature = item & 15;
    int line = item >> 4;
    int end = chunk * CHUNK + CHUNK < rows ? chunk * CHUNK + CHUNK : rows;
    for (int firstRow = chunk * CHUNK; firstRow < end; firstRow += SIDE) {
      for (int n = 0; n < 16; n++) {
        sums[n] = 0f;
      }
      for (int start = 0; start < width; start += FEATURES) {
        int d = start + feature;
        int inWidth = d < width ? 1 : 0;
        for (int n = 0; n < 4; n++) {
          int position = line + 16 * n;
          int q = firstQuery + position;
          int row = firstRow + position;
          float queryValue = 0f;
          if (inWidth * (q < queries ? 1 : 0) == 1) {
            queryValue = query.get(q * width + d);
          }
          float rowValue = 0f;
          if (inWidth * (row < end ? 1 : 0) == 1) {
            rowValue = cache.get(row * width + d);
          }
          queryTile[feature * PITCH + position] = queryValue;
          rowTile[feature * PITCH + position] = rowValue;
        }
        context.localBarrier();
        for (int n = 0; n < 16; n++) {
          parts[n] = 0f;
        }
        for (int f = 0; f < FEATURES; f++) {
          int queryAt = f * PITCH + line;
          int rowAt = f * PITCH + feature;
          for (int r = 0; r < 4; r++) {
            float value = queryTile[queryAt + 16 * r];
            for (int c = 0; c < 4; c++) {
              parts[4 * r + c] += value * rowTile[rowAt + 16 * c];
            }
          }
        }
        for (int n = 0; n < 16; n++) {
          sums[n] += parts[n];
        }
        context.localBarrier();
      }
      for (int r = 0; r < 4; r++) {
        for (int c = 0; c < 4; c++) {
          int row = firstRow + feature + 16 * c;
          float value = sums[4 * r + c];
          int larger = value > largest[r] ? 1 : 0;
          if (larger * (row < end ? 1 : 0) == 1) {
            largest[r] = value;
            at[r] = row;
          }
        }
      }
    }
    for (int r = 0; r < 4; r++) {
      int slot = (line + 16 * r) * SHARING + feature;
      groupBest[slot] = largest[r];
      groupIndex[slot] = at[r];
    }
    context.localBarrier();
    if (item < SIDE) {
      float value = groupBest[item * SHARING];
      int row = groupIndex[item * SHARING];
      for (int i = 1; i < SHARING; i++) {
        float other = groupBest[item * SHARING + i];
        int otherRow = groupIndex[item * SHARING + i];
        int larger = other > value ? 1 : 0;
        int first = (other == value ? 1 : 0) * (otherRow < row ? 1 : 0);
        if (larger + first > 0) {
          value = other;
          row = otherRow;
        }
      }
      if (firstQuery + item < queries) {
        best.set((firstQuery + item) * chunks + chunk, value);
        index.set((firstQuery + item) * chunks + chunk, row);
      }
    }
  }
}
