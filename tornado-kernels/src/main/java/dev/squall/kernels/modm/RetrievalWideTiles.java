package dev.squall.kernels.modm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The search by work-groups whose items own many registers: a group of 128 work-items multiplies
 * 128 rows with 16 queries. Each 32 items have all of these, eight by eight an item, and a quarter
 * of the features, so that a number in local memory serves eight products. The next features are
 * read while these are multiplied.
 */
final class RetrievalWideTiles {
  static final int GROUP = 128;

  /** Rows of a group. */
  static final int CHUNK = 128;

  /** Queries of a group. */
  static final int QUERIES = 16;

  /** Registers that an item needs. */
  static final int REGISTERS = 160;

  /** Features in local memory at a time. */
  private static final int FEATURES = 32;

  /** Features after which sums are added up, which keeps long sums accurate. */
  private static final int SPAN = 384;

  /** Four more than the features, so that rows fall into different banks four numbers at a time. */
  private static final int PITCH = 36;

  /** Sums of half an item's rows, of all items that share features. */
  private static final int SHARE = 1024;

  /** Work-items that share a query. */
  private static final int SHARING = 16;

  static final long LOCAL_BYTES =
      (long) (CHUNK + QUERIES) * PITCH * Float.BYTES
          + (Float.BYTES + Integer.BYTES) * QUERIES * SHARING;

  private RetrievalWideTiles() {}

  /** Arguments as in {@link RetrievalLoops#searchChunks}, chunks of {@link #CHUNK} rows. */
  static void searchWide(
      KernelContext context,
      FloatArray query,
      FloatArray cache,
      FloatArray best,
      IntArray index,
      IntArray dims) {
    float[] rowTile = context.allocateFloatLocalArray(4608);
    float[] queryTile = context.allocateFloatLocalArray(576);
    float[] groupBest = context.allocateFloatLocalArray(256);
    int[] groupIndex = context.allocateIntLocalArray(256);
    float[] parts = new float[64];
    float[] totals = new float[16];
    float[] ahead = new float[32];
    float[] aheadQuery = new float[4];
    int[] queryFrom = new int[4];

    int queries = dims.get(0);
    int rows = dims.get(1);
    int width = dims.get(2);
    int chunks = dims.get(3);
    int item = context.localIdx;
    int chunk = context.groupIdx;
    int firstQuery = context.groupIdy * QUERIES;
    int firstRow = chunk * CHUNK;
    int lane = item & 31;
    int quarter = item >> 5;
    int ownRow = lane >> 1;
    int ownQuery = lane & 1;
    int step = 4 * width;
    int last = rows * width - 1;
    int place = quarter * PITCH + lane;
    int slot = quarter * SHARE + lane;

    for (int n = 0; n < 4; n++) {
      int q = firstQuery + quarter + 4 * n < queries ? firstQuery + quarter + 4 * n : queries - 1;
      queryFrom[n] = q * width;
    }
    for (int n = 0; n < 16; n++) {
      totals[n] = 0.0f;
    }
    int d = lane < width ? lane : width - 1;
    int from = (firstRow + quarter) * width + d;
    for (int n = 0; n < 32; n++) {
      ahead[n] = cache.get(from < last ? from : last);
      from += step;
    }
    for (int n = 0; n < 4; n++) {
      aheadQuery[n] = query.get(queryFrom[n] + d);
    }
    for (int span = 0; span < width; span += SPAN) {
      for (int n = 0; n < 64; n++) {
        parts[n] = 0.0f;
      }
      int end = span + SPAN < width ? span + SPAN : width;
      for (int start = span; start < end; start += FEATURES) {
        // A feature beyond the last counts nothing.
        float factor = start + lane < width ? 1.0f : 0.0f;
        for (int n = 0; n < 32; n++) {
          rowTile[place + 4 * PITCH * n] = ahead[n];
        }
        for (int n = 0; n < 4; n++) {
          queryTile[place + 4 * PITCH * n] = factor * aheadQuery[n];
        }
        context.localBarrier();
        if (start + FEATURES < width) {
          d = start + FEATURES + lane < width ? start + FEATURES + lane : width - 1;
          from = (firstRow + quarter) * width + d;
          for (int n = 0; n < 32; n++) {
            ahead[n] = cache.get(from < last ? from : last);
            from += step;
          }
          for (int n = 0; n < 4; n++) {
            aheadQuery[n] = query.get(queryFrom[n] + d);
          }
        }
        int stop = 8 * quarter + 8;
        for (int f = 8 * quarter; f < stop; f += 2) {
          for (int c = 0; c < 8; c++) {
            int queryAt = (ownQuery + 2 * c) * PITCH + f;
            float query0 = queryTile[queryAt];
            float query1 = queryTile[queryAt + 1];
            for (int r = 0; r < 8; r++) {
              int rowAt = (ownRow + 16 * r) * PITCH + f;
              parts[8 * r + c] += rowTile[rowAt] * query0;
              parts[8 * r + c] += rowTile[rowAt + 1] * query1;
            }
          }
        }
        context.localBarrier();
      }
      // Sums of the quarters meet: an item gets those of eight rows and two queries.
      for (int r = 0; r < 4; r++) {
        for (int c = 0; c < 8; c++) {
          rowTile[slot + 256 * r + 32 * c] = parts[8 * r + c];
        }
      }
      context.localBarrier();
      for (int n = 0; n < 8; n++) {
        int at = item + GROUP * n;
        totals[n] +=
            rowTile[at] + rowTile[at + SHARE] + rowTile[at + 2 * SHARE] + rowTile[at + 3 * SHARE];
      }
      context.localBarrier();
      for (int r = 0; r < 4; r++) {
        for (int c = 0; c < 8; c++) {
          rowTile[slot + 256 * r + 32 * c] = parts[32 + 8 * r + c];
        }
      }
      context.localBarrier();
      for (int n = 0; n < 8; n++) {
        int at = item + GROUP * n;
        totals[8 + n] +=
            rowTile[at] + rowTile[at + SHARE] + rowTile[at + 2 * SHARE] + rowTile[at + 3 * SHARE];
      }
      context.localBarrier();
    }
    for (int c = 0; c < 2; c++) {
      float largest = -1e30f;
      int at = rows;
      for (int r = 0; r < 8; r++) {
        int row = firstRow + ownRow + 16 * r;
        int larger = totals[2 * r + c] > largest ? 1 : 0;
        if (larger * (row < rows ? 1 : 0) == 1) {
          largest = totals[2 * r + c];
          at = row;
        }
      }
      int q = ownQuery + 2 * quarter + 8 * c;
      groupBest[q * SHARING + ownRow] = largest;
      groupIndex[q * SHARING + ownRow] = at;
    }
    context.localBarrier();
    int pair = (item >> 3) * SHARING + (item & 7);
    float value = groupBest[pair];
    int row = groupIndex[pair];
    for (int half = 8; half > 0; half = half >> 1) {
      if ((item & 7) < half) {
        float other = groupBest[pair + half];
        int otherRow = groupIndex[pair + half];
        int larger = other > value ? 1 : 0;
        int first = (other == value ? 1 : 0) * (otherRow < row ? 1 : 0);
        if (larger + first > 0) {
          value = other;
          row = otherRow;
        }
      }
      context.localBarrier();
      groupBest[pair] = value;
      groupIndex[pair] = row;
      context.localBarrier();
    }
    if ((item & 7) == 0) {
      int q = firstQuery + (item >> 3);
      if (q < queries) {
        best.set(q * chunks + chunk, value);
        index.set(q * chunks + chunk, row);
      }
    }
  }
}
