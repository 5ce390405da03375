package dev.squall.kernels.modm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The search by work-groups: a group of 128 work-items multiplies 128 rows with 16 queries, four by
 * four an item, and compares the items' best rows in local memory. Rows lie there as in memory, so
 * that neighbouring items read and write neighbouring numbers and an item takes four features of a
 * row at once.
 */
final class RetrievalTiles {
  static final int GROUP = 128;

  /** Rows of a group. */
  static final int CHUNK = 128;

  /** Queries of a group. */
  static final int QUERIES = 16;

  /** Features in local memory at a time, whose products are summed on their own. */
  private static final int FEATURES = 32;

  /** Four more than the features, so that eight rows' quadruples fall into different banks. */
  private static final int PITCH = 36;

  /** Work-items that share a query. */
  private static final int SHARING = 32;

  static final long LOCAL_BYTES =
      (long) (CHUNK + QUERIES) * PITCH * Float.BYTES
          + (Float.BYTES + Integer.BYTES) * QUERIES * SHARING;

  private RetrievalTiles() {}

  /**
   * Arguments as in {@link RetrievalLoops#searchChunks}, chunks of {@link #CHUNK} rows. The last
   * chunk ends with the last row, and so has rows of the one before it; of fewer rows the last
   * stands in for those that lack.
   */
  static void searchTiles(
      KernelContext context,
      FloatArray query,
      FloatArray cache,
      FloatArray best,
      IntArray index,
      IntArray dims) {
    float[] rowTile = context.allocateFloatLocalArray(4608);
    float[] queryTile = context.allocateFloatLocalArray(576);
    float[] groupBest = context.allocateFloatLocalArray(512);
    int[] groupIndex = context.allocateIntLocalArray(512);
    float[] sums = new float[16];
    float[] parts = new float[16];

    int queries = dims.get(0);
    int rows = dims.get(1);
    int width = dims.get(2);
    int chunks = dims.get(3);
    int item = context.localIdx;
    int chunk = context.groupIdx;
    int firstQuery = context.groupIdy * QUERIES;
    int whole = rows < CHUNK ? 0 : 1;
    int lastStart = whole * (rows - CHUNK);
    int firstRow = chunk * CHUNK < lastStart ? chunk * CHUNK : lastStart;
    int feature = item & 31;
    int line = item >> 5;
    int ownQuery = item & 3;
    int ownRow = item >> 2;
    int step = 4 * width;
    int from = (firstRow + line) * width;
    int place = line * PITCH + feature;

    for (int n = 0; n < 16; n++) {
      sums[n] = 0.0f;
    }
    for (int start = 0; start < width; start += FEATURES) {
      int d = start + feature < width ? start + feature : width - 1;
      // A feature beyond the last counts nothing.
      float factor = start + feature < width ? 1.0f : 0.0f;
      if (whole == 1) {
        int at = from + d;
        // Half of the rows at a time, which halves the registers that reading takes.
        for (int row = line; row < CHUNK; row += 64) {
          for (int n = 0; n < 16; n++) {
            rowTile[(row + 4 * n) * PITCH + feature] = cache.get(at);
            at += step;
          }
        }
      }
      if (whole == 0) {
        for (int n = line; n < CHUNK; n += 4) {
          int row = n < rows ? n : rows - 1;
          rowTile[n * PITCH + feature] = cache.get(row * width + d);
        }
      }
      for (int n = 0; n < 4; n++) {
        int q = firstQuery + line + 4 * n < queries ? firstQuery + line + 4 * n : queries - 1;
        queryTile[place + 4 * PITCH * n] = factor * query.get(q * width + d);
      }
      context.localBarrier();
      for (int n = 0; n < 16; n++) {
        parts[n] = 0.0f;
      }
      int end = width - start < FEATURES ? width - start : FEATURES;
      for (int f = 0; f < end; f += 4) {
        for (int c = 0; c < 4; c++) {
          int queryAt = (ownQuery + 4 * c) * PITCH + f;
          float query0 = queryTile[queryAt];
          float query1 = queryTile[queryAt + 1];
          float query2 = queryTile[queryAt + 2];
          float query3 = queryTile[queryAt + 3];
          for (int r = 0; r < 4; r++) {
            int rowAt = (ownRow + 32 * r) * PITCH + f;
            parts[4 * r + c] += rowTile[rowAt] * query0;
            parts[4 * r + c] += rowTile[rowAt + 1] * query1;
            parts[4 * r + c] += rowTile[rowAt + 2] * query2;
            parts[4 * r + c] += rowTile[rowAt + 3] * query3;
          }
        }
      }
      for (int n = 0; n < 16; n++) {
        sums[n] += parts[n];
      }
      context.localBarrier();
    }
    for (int c = 0; c < 4; c++) {
      float largest = sums[c];
      int at = firstRow + ownRow;
      for (int r = 1; r < 4; r++) {
        if (sums[4 * r + c] > largest) {
          largest = sums[4 * r + c];
          at = firstRow + ownRow + 32 * r;
        }
      }
      at = at < rows ? at : rows - 1;
      groupBest[(ownQuery + 4 * c) * SHARING + ownRow] = largest;
      groupIndex[(ownQuery + 4 * c) * SHARING + ownRow] = at;
    }
    context.localBarrier();
    int slot = (item >> 3) * SHARING + (item & 7);
    float value = groupBest[slot];
    int row = groupIndex[slot];
    for (int i = 8; i < SHARING; i += 8) {
      float other = groupBest[slot + i];
      int otherRow = groupIndex[slot + i];
      int larger = other > value ? 1 : 0;
      int first = (other == value ? 1 : 0) * (otherRow < row ? 1 : 0);
      if (larger + first > 0) {
        value = other;
        row = otherRow;
      }
    }
    for (int half = 4; half > 0; half = half >> 1) {
      context.localBarrier();
      groupBest[slot] = value;
      groupIndex[slot] = row;
      context.localBarrier();
      if ((item & 7) < half) {
        float other = groupBest[slot + half];
        int otherRow = groupIndex[slot + half];
        int larger = other > value ? 1 : 0;
        int first = (other == value ? 1 : 0) * (otherRow < row ? 1 : 0);
        if (larger + first > 0) {
          value = other;
          row = otherRow;
        }
      }
    }
    if ((item & 7) == 0) {
      int q = firstQuery + (item >> 3);
      if (q < queries) {
        best.set(q * chunks + chunk, value);
        index.set(q * chunks + chunk, row);
      }
    }
  }

  /**
   * The best of a query's chunks; group x is a query. Arguments as in {@link
   * RetrievalLoops#chooseChunks}.
   */
  static void chooseBest(
      KernelContext context,
      FloatArray best,
      IntArray candidates,
      IntArray index,
      FloatArray similarity,
      IntArray dims) {
    float[] groupBest = context.allocateFloatLocalArray(128);
    int[] groupIndex = context.allocateIntLocalArray(128);
    int chunks = dims.get(3);
    int item = context.localIdx;
    int query = context.groupIdx;
    float value = -1e30f;
    int at = -1;
    for (int chunk = item; chunk < chunks; chunk += GROUP) {
      float other = best.get(query * chunks + chunk);
      // Later chunks have later rows: of equal ones the first stays.
      if (other > value) {
        value = other;
        at = chunk;
      }
    }
    int row = dims.get(1);
    if (at >= 0) {
      row = candidates.get(query * chunks + at);
    }
    groupBest[item] = value;
    groupIndex[item] = row;
    for (int half = GROUP / 2; half > 0; half = half >> 1) {
      context.localBarrier();
      if (item < half) {
        float other = groupBest[item + half];
        int otherRow = groupIndex[item + half];
        int larger = other > value ? 1 : 0;
        int first = (other == value ? 1 : 0) * (otherRow < row ? 1 : 0);
        if (larger + first > 0) {
          value = other;
          row = otherRow;
        }
        groupBest[item] = value;
        groupIndex[item] = row;
      }
    }
    if (item == 0) {
      index.set(query, row);
      similarity.set(query, value);
    }
  }
}
