package dev.squall.kernels.xattention;

import static dev.squall.kernels.xattention.Layout.CAUSAL;
import static dev.squall.kernels.xattention.Layout.DEPTH;
import static dev.squall.kernels.xattention.Layout.EXCLUDED;
import static dev.squall.kernels.xattention.Layout.GROUPS;
import static dev.squall.kernels.xattention.Layout.HEADS;
import static dev.squall.kernels.xattention.Layout.KEY_HEADS;
import static dev.squall.kernels.xattention.Layout.SCALE;
import static dev.squall.kernels.xattention.Layout.STRIDE;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Mean scores on tensor cores in half precision, single-precision sums: a product of matrices whose
 * rows are the S · D features of a group's tokens, the query's phases backwards. A group of four
 * warps computes 128 × 64 scores, each warp 64 × 32, over 32 features a step; while it multiplies,
 * the words of the next step are read.
 *
 * <p>How fragments, local memory and its cast belong together is told in {@link
 * dev.squall.kernels.attention.SparseAttentionTensorCores}. Here pieces of 16 bytes change places
 * within a row instead, which takes no room: eight rows lie in different banks as well.
 */
final class AntidiagonalScoresTensorCores {
  /** Query groups of a tile; also what the words of queries and keys are filled up to. */
  static final int ROWS = 128;

  /** Key groups of a tile. */
  static final int COLUMNS = 64;

  static final int ITEMS = 128;

  /** Features of a step: D must be a multiple. */
  static final int FEATURES = 32;

  static final int LOCAL_BYTES = 8 * 3072 + 4 * 2564;

  private static final int MMA_DEPTH = 16;

  /** Where the keys of a step begin, behind its queries, and how far the next step is: words. */
  private static final int KEY_WORDS = 1024;

  private static final int STEP_WORDS = 1536;

  /** Elements of the header that a store skips. */
  private static final int HEADER = 4;

  private static final int RESULT_PITCH = 40;

  private AntidiagonalScoresTensorCores() {}

  /**
   * Group x is a tile of columns, group y a tile of rows of one head.
   *
   * @param q as {@link HalfGroupsLoops#packQueries} makes it, k as {@link HalfGroupsLoops#packKeys}
   *     does
   */
  static void mean(
      KernelContext context,
      LongArray q,
      LongArray k,
      FloatArray scores,
      IntArray dims,
      FloatArray scalars) {
    long[] tiles = context.allocateLongLocalArray(3072);
    float[] results = context.allocateFloatLocalArray(2564);
    int[] staged = (int[]) (Object) tiles;
    FloatArray local = (FloatArray) (Object) results;
    int group = dims.get(HEADS) / dims.get(KEY_HEADS);
    int size = dims.get(DEPTH) >> 2;
    int causal = dims.get(CAUSAL);
    int stride = dims.get(STRIDE);
    int groups = dims.get(GROUPS);
    int rowTiles = (groups + 127) >> 7;
    int head = context.groupIdy / rowTiles;
    int rowStart = (context.groupIdy % rowTiles) * ROWS;
    int columnStart = context.groupIdx * COLUMNS;
    int item = context.localIdx;
    int lane = item & 31;
    int warp = item >> 5;
    int inRow = lane & 7;
    int part = lane >> 3;

    int built = ((part & 1) * 8 + inRow) * 32 + (part >> 1) * 16;
    int turn = (inRow >> 1) & 3;
    int rowLine = ((warp >> 1) * 64 + (part & 1) * 8 + inRow) * 64;
    int rowAt0 = rowLine + (((part >> 1) ^ turn) << 4) - built;
    int rowAt1 = rowLine + (((part >> 1) ^ turn ^ 2) << 4) - built;
    int columnLine = 8 * KEY_WORDS + ((warp & 1) * 32 + inRow) * 64;
    int columnAt0 = columnLine + (((part & 1) ^ turn) << 4) - built;
    int columnAt1 = columnLine + (((part & 1) ^ turn ^ 2) << 4) - built;

    int line = item >> 3;
    int word = item & 7;
    int copyTo = line * 8 + ((((word >> 1) ^ ((line >> 1) & 3)) << 1) + (word & 1));
    int words = stride * size;
    int queryAt = (head * rowTiles * ROWS + rowStart + line) * words + (stride - 1) * size + word;
    int keyAt = (head / group * rowTiles * ROWS + columnStart + line) * words + word;
    // A tile that causality excludes altogether has nothing to multiply.
    int skip = causal * (columnStart > rowStart + ROWS - 1 ? 1 : 0);
    int parts = dims.get(DEPTH) >> 5;
    int steps = (1 - skip) * stride * parts;
    float[] c00 = context.mmaFragment(0.0f);
    float[] c01 = context.mmaFragment(0.0f);
    float[] c02 = context.mmaFragment(0.0f);
    float[] c03 = context.mmaFragment(0.0f);
    float[] c10 = context.mmaFragment(0.0f);
    float[] c11 = context.mmaFragment(0.0f);
    float[] c12 = context.mmaFragment(0.0f);
    float[] c13 = context.mmaFragment(0.0f);
    float[] c20 = context.mmaFragment(0.0f);
    float[] c21 = context.mmaFragment(0.0f);
    float[] c22 = context.mmaFragment(0.0f);
    float[] c23 = context.mmaFragment(0.0f);
    float[] c30 = context.mmaFragment(0.0f);
    float[] c31 = context.mmaFragment(0.0f);
    float[] c32 = context.mmaFragment(0.0f);
    float[] c33 = context.mmaFragment(0.0f);

    for (int n = 0; n < 8; n++) {
      tiles[copyTo + n * 128] = q.get(queryAt + n * 16 * words);
    }
    for (int n = 0; n < 4; n++) {
      tiles[copyTo + KEY_WORDS + n * 128] = k.get(keyAt + n * 16 * words);
    }
    context.localBarrier();
    int done = 0;
    for (int step = 0; step < steps; step++) {
      int from = (step & 1) * 8 * STEP_WORDS;
      int to = copyTo + (1 - (step & 1)) * STEP_WORDS;
      HalfFloat[] a00 = context.mmaLoadA(staged, DEPTH, rowAt0 + from);
      HalfFloat[] a01 = context.mmaLoadA(staged, DEPTH, rowAt0 + from + 1024);
      HalfFloat[] a02 = context.mmaLoadA(staged, DEPTH, rowAt0 + from + 2048);
      HalfFloat[] a03 = context.mmaLoadA(staged, DEPTH, rowAt0 + from + 3072);
      HalfFloat[] b00 = context.mmaLoadA(staged, DEPTH, columnAt0 + from);
      HalfFloat[] b01 = context.mmaLoadA(staged, DEPTH, columnAt0 + from + 512);
      HalfFloat[] b02 = context.mmaLoadA(staged, DEPTH, columnAt0 + from + 1024);
      HalfFloat[] b03 = context.mmaLoadA(staged, DEPTH, columnAt0 + from + 1536);
      c00 = context.mma(a00, b00, c00, MMAShape.M16N8K16);
      c10 = context.mma(a01, b00, c10, MMAShape.M16N8K16);
      c20 = context.mma(a02, b00, c20, MMAShape.M16N8K16);
      c30 = context.mma(a03, b00, c30, MMAShape.M16N8K16);
      c01 = context.mma(a00, b01, c01, MMAShape.M16N8K16);
      c11 = context.mma(a01, b01, c11, MMAShape.M16N8K16);
      c21 = context.mma(a02, b01, c21, MMAShape.M16N8K16);
      c31 = context.mma(a03, b01, c31, MMAShape.M16N8K16);
      c02 = context.mma(a00, b02, c02, MMAShape.M16N8K16);
      c12 = context.mma(a01, b02, c12, MMAShape.M16N8K16);
      c22 = context.mma(a02, b02, c22, MMAShape.M16N8K16);
      c32 = context.mma(a03, b02, c32, MMAShape.M16N8K16);
      c03 = context.mma(a00, b03, c03, MMAShape.M16N8K16);
      c13 = context.mma(a01, b03, c13, MMAShape.M16N8K16);
      c23 = context.mma(a02, b03, c23, MMAShape.M16N8K16);
      c33 = context.mma(a03, b03, c33, MMAShape.M16N8K16);
      // After a phase of the keys the queries step back over two.
      done += 1;
      int wrap = done == parts ? 1 : 0;
      done *= 1 - wrap;
      int more = step < steps - 1 ? 1 : 0;
      queryAt += more * (8 - wrap * 2 * size);
      keyAt += more * 8;
      long query0 = q.get(queryAt);
      long query1 = q.get(queryAt + 16 * words);
      long query2 = q.get(queryAt + 32 * words);
      long query3 = q.get(queryAt + 48 * words);
      long query4 = q.get(queryAt + 64 * words);
      long query5 = q.get(queryAt + 80 * words);
      long query6 = q.get(queryAt + 96 * words);
      long query7 = q.get(queryAt + 112 * words);
      long key0 = k.get(keyAt);
      long key1 = k.get(keyAt + 16 * words);
      long key2 = k.get(keyAt + 32 * words);
      long key3 = k.get(keyAt + 48 * words);
      HalfFloat[] a10 = context.mmaLoadA(staged, DEPTH, rowAt1 + from);
      HalfFloat[] a11 = context.mmaLoadA(staged, DEPTH, rowAt1 + from + 1024);
      HalfFloat[] a12 = context.mmaLoadA(staged, DEPTH, rowAt1 + from + 2048);
      HalfFloat[] a13 = context.mmaLoadA(staged, DEPTH, rowAt1 + from + 3072);
      HalfFloat[] b10 = context.mmaLoadA(staged, DEPTH, columnAt1 + from);
      HalfFloat[] b11 = context.mmaLoadA(staged, DEPTH, columnAt1 + from + 512);
      HalfFloat[] b12 = context.mmaLoadA(staged, DEPTH, columnAt1 + from + 1024);
      HalfFloat[] b13 = context.mmaLoadA(staged, DEPTH, columnAt1 + from + 1536);
      c00 = context.mma(a10, b10, c00, MMAShape.M16N8K16);
      c10 = context.mma(a11, b10, c10, MMAShape.M16N8K16);
      c20 = context.mma(a12, b10, c20, MMAShape.M16N8K16);
      c30 = context.mma(a13, b10, c30, MMAShape.M16N8K16);
      c01 = context.mma(a10, b11, c01, MMAShape.M16N8K16);
      c11 = context.mma(a11, b11, c11, MMAShape.M16N8K16);
      c21 = context.mma(a12, b11, c21, MMAShape.M16N8K16);
      c31 = context.mma(a13, b11, c31, MMAShape.M16N8K16);
      c02 = context.mma(a10, b12, c02, MMAShape.M16N8K16);
      c12 = context.mma(a11, b12, c12, MMAShape.M16N8K16);
      c22 = context.mma(a12, b12, c22, MMAShape.M16N8K16);
      c32 = context.mma(a13, b12, c32, MMAShape.M16N8K16);
      c03 = context.mma(a10, b13, c03, MMAShape.M16N8K16);
      c13 = context.mma(a11, b13, c13, MMAShape.M16N8K16);
      c23 = context.mma(a12, b13, c23, MMAShape.M16N8K16);
      c33 = context.mma(a13, b13, c33, MMAShape.M16N8K16);
      tiles[to] = query0;
      tiles[to + 128] = query1;
      tiles[to + 256] = query2;
      tiles[to + 384] = query3;
      tiles[to + 512] = query4;
      tiles[to + 640] = query5;
      tiles[to + 768] = query6;
      tiles[to + 896] = query7;
      tiles[to + KEY_WORDS] = key0;
      tiles[to + KEY_WORDS + 128] = key1;
      tiles[to + KEY_WORDS + 256] = key2;
      tiles[to + KEY_WORDS + 384] = key3;
      context.localBarrier();
    }

    // Read here, since what is held through the loop costs registers.
    float factor = scalars.get(SCALE) / dims.get(STRIDE);
    float excluded = scalars.get(EXCLUDED);
    int side = dims.get(GROUPS);
    int masked = dims.get(CAUSAL);
    int readAt = HEADER + warp * 16 * RESULT_PITCH + lane;
    int firstRow = rowStart + (warp >> 1) * 64;
    int column = columnStart + (warp & 1) * 32 + lane;
    int base = head * side * side + column;
    context.mmaStore(c00, local, warp * 16, 0, RESULT_PITCH);
    context.mmaStore(c01, local, warp * 16, 8, RESULT_PITCH);
    context.mmaStore(c02, local, warp * 16, 16, RESULT_PITCH);
    context.mmaStore(c03, local, warp * 16, 24, RESULT_PITCH);
    context.localBarrier();
    for (int n = 0; n < TornadoMath.min(16, side - firstRow); n++) {
      int row = firstRow + n;
      float score = results[readAt + n * RESULT_PITCH] * factor;
      score = masked * (column - row) > 0 ? excluded : score;
      if (column < side) {
        scores.set(base + row * side, score);
      }
    }
    context.localBarrier();
    context.mmaStore(c10, local, warp * 16, 0, RESULT_PITCH);
    context.mmaStore(c11, local, warp * 16, 8, RESULT_PITCH);
    context.mmaStore(c12, local, warp * 16, 16, RESULT_PITCH);
    context.mmaStore(c13, local, warp * 16, 24, RESULT_PITCH);
    context.localBarrier();
    for (int n = 0; n < TornadoMath.min(16, side - firstRow - 16); n++) {
      int row = firstRow + 16 + n;
      float score = results[readAt + n * RESULT_PITCH] * factor;
      score = masked * (column - row) > 0 ? excluded : score;
      if (column < side) {
        scores.set(base + row * side, score);
      }
    }
    context.localBarrier();
    context.mmaStore(c20, local, warp * 16, 0, RESULT_PITCH);
    context.mmaStore(c21, local, warp * 16, 8, RESULT_PITCH);
    context.mmaStore(c22, local, warp * 16, 16, RESULT_PITCH);
    context.mmaStore(c23, local, warp * 16, 24, RESULT_PITCH);
    context.localBarrier();
    for (int n = 0; n < TornadoMath.min(16, side - firstRow - 32); n++) {
      int row = firstRow + 32 + n;
      float score = results[readAt + n * RESULT_PITCH] * factor;
      score = masked * (column - row) > 0 ? excluded : score;
      if (column < side) {
        scores.set(base + row * side, score);
      }
    }
    context.localBarrier();
    context.mmaStore(c30, local, warp * 16, 0, RESULT_PITCH);
    context.mmaStore(c31, local, warp * 16, 8, RESULT_PITCH);
    context.mmaStore(c32, local, warp * 16, 16, RESULT_PITCH);
    context.mmaStore(c33, local, warp * 16, 24, RESULT_PITCH);
    context.localBarrier();
    for (int n = 0; n < TornadoMath.min(16, side - firstRow - 48); n++) {
      int row = firstRow + 48 + n;
      float score = results[readAt + n * RESULT_PITCH] * factor;
      score = masked * (column - row) > 0 ? excluded : score;
      if (column < side) {
        scores.set(base + row * side, score);
      }
    }
  }
}
