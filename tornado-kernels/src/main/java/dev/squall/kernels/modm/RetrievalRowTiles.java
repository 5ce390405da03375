package dev.squall.kernels.modm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The search by work-groups for few queries, which the reading of the rows bounds: a group of 128
 * work-items multiplies 256 rows with 16 queries, eight by four an item, and compares the items'
 * best rows in local memory.
 */
final class RetrievalRowTiles {
  static final int GROUP = 128;

  /** Rows of a group. */
  static final int CHUNK = 256;

  /** Queries of a group. */
  static final int QUERIES = 16;

  /** Registers that an item needs. */
  static final int REGISTERS = 100;

  /** Features in local memory at a time. */
  private static final int FEATURES = 16;

  /** Two more than the rows, so that 16 features of two rows fall into different banks. */
  private static final int ROW_PITCH = 258;

  private static final int QUERY_PITCH = 17;

  /** Work-items that share a query. */
  private static final int SHARING = 32;

  static final long LOCAL_BYTES =
      (long) FEATURES * (ROW_PITCH + QUERY_PITCH) * Float.BYTES
          + (Float.BYTES + Integer.BYTES) * QUERIES * SHARING;

  private RetrievalRowTiles() {}

  /** Arguments as in {@link RetrievalLoops#searchChunks}, chunks of {@link #CHUNK} rows. */
  static void searchRows(
      KernelContext context,
      FloatArray query,
      FloatArray cache,
      FloatArray best,
      IntArray index,
      IntArray dims) {
    float[] rowTile = context.allocateFloatLocalArray(4128);
    float[] queryTile = context.allocateFloatLocalArray(272);
    float[] groupBest = context.allocateFloatLocalArray(512);
    int[] groupIndex = context.allocateIntLocalArray(512);
    float[] sums = new float[32];
    float[] parts = new float[32];

    int queries = dims.get(0);
    int rows = dims.get(1);
    int width = dims.get(2);
    int chunks = dims.get(3);
    int item = context.localIdx;
    int chunk = context.groupIdx;
    int firstQuery = context.groupIdy * QUERIES;
    int firstRow = chunk * CHUNK;
    int feature = item & 15;
    int line = item >> 4;
    int lane = item & 31;
    int quarter = item >> 5;

    for (int n = 0; n < 32; n++) {
      sums[n] = 0.0f;
    }
    for (int start = 0; start < width; start += FEATURES) {
      int d = start + feature < width ? start + feature : width - 1;
      // A feature beyond the last counts nothing.
      float factor = start + feature < width ? 1.0f : 0.0f;
      for (int n = 0; n < 32; n++) {
        int row = firstRow + line + 8 * n < rows ? firstRow + line + 8 * n : rows - 1;
        rowTile[feature * ROW_PITCH + line + 8 * n] = cache.get(row * width + d);
      }
      for (int n = 0; n < 2; n++) {
        int q = firstQuery + line + 8 * n < queries ? firstQuery + line + 8 * n : queries - 1;
        queryTile[feature * QUERY_PITCH + line + 8 * n] = factor * query.get(q * width + d);
      }
      context.localBarrier();
      for (int n = 0; n < 32; n++) {
        parts[n] = 0.0f;
      }
      for (int f = 0; f < FEATURES; f++) {
        int queryAt = f * QUERY_PITCH + 4 * quarter;
        float query0 = queryTile[queryAt];
        float query1 = queryTile[queryAt + 1];
        float query2 = queryTile[queryAt + 2];
        float query3 = queryTile[queryAt + 3];
        for (int r = 0; r < 8; r++) {
          float value = rowTile[f * ROW_PITCH + lane + 32 * r];
          parts[4 * r] += value * query0;
          parts[4 * r + 1] += value * query1;
          parts[4 * r + 2] += value * query2;
          parts[4 * r + 3] += value * query3;
        }
      }
      for (int n = 0; n < 32; n++) {
        sums[n] += parts[n];
      }
      context.localBarrier();
    }
    for (int c = 0; c < 4; c++) {
      float largest = -1e30f;
      int at = rows;
      for (int r = 0; r < 8; r++) {
        int row = firstRow + lane + 32 * r;
        int larger = sums[4 * r + c] > largest ? 1 : 0;
        if (larger * (row < rows ? 1 : 0) == 1) {
          largest = sums[4 * r + c];
          at = row;
        }
      }
      groupBest[(4 * quarter + c) * SHARING + lane] = largest;
      groupIndex[(4 * quarter + c) * SHARING + lane] = at;
    }
    context.localBarrier();
    if (item < QUERIES) {
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
