package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.MMAShape;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Attention on tensor cores in half precision, single-precision sums: a group of four warps takes
 * 64 query rows of one head and walks the kept keys 32 at a time. A warp has 16 rows: its queries
 * stay in fragments, its outputs in sums; logits and weights pass through local memory, where a
 * work-item finds the keys of one row in a column of its own.
 *
 * <p>Sums of a tensor core can be stored, never read or scaled, so no output can be rescaled when a
 * larger logit turns up. Instead weights are taken against a fixed reference of each row, its
 * largest logit among a sample of the keys. Where the weights of a row grow too large for half
 * precision all the same, the group looks for the row's largest logit of all and walks once more.
 *
 * <p>{@code mmaStore} takes a global array. TornadoVM's CUDA back end writes C, which takes a local
 * one as well, and drops the cast that says so; a store begins behind the header that it expects.
 * What a load adds to its address for a lane is taken off beforehand, so that a lane can name any
 * place: rows are 16 bytes longer than their data, so that eight of them lie in different banks.
 *
 * <p>Local arrays are never handed to methods: there TornadoVM takes byte offsets for indices.
 */
public final class SparseAttentionTensorCores {
  /** Query rows; a block of the mask must be a multiple of it. */
  public static final int ROWS = 64;

  /** Work-items of a group. */
  public static final int ITEMS = 128;

  /** The one head size that the fragments are laid out for. */
  public static final int HEAD_SIZE = 64;

  /** Local memory of a group. */
  public static final int LOCAL_BYTES = 8 * 1152 + 4 * (1280 + 3076 + 2 * 128 + 1);

  private static final int KEYS = 32;
  private static final int DEPTH = 16;

  /** Elements of the header that a store skips. */
  private static final int HEADER = 4;

  // Rows in local memory: words of a token, weights of a query, logits of a key, outputs of a
  // query.
  private static final int ROW_WORDS = 16;
  private static final int TOKEN_PITCH = 18;
  private static final int VALUES = KEYS * TOKEN_PITCH;
  private static final int WEIGHT_PITCH = 20;
  private static final int LOGIT_PITCH = 24;
  private static final int OUTPUT_PITCH = 40;
  private static final int WARP_LOGITS = KEYS * LOGIT_PITCH;
  private static final float ABSENT = -3.0e38f;

  /** Of so many steps the first pass takes one, and the last step of all. */
  private static final int PROBE = 16;

  /** The reference of a row without keys: far from any logit, and from {@link #ABSENT}. */
  private static final float LEAST = -1.0e38f;

  /** Weights that add up to less fit half precision, each of them. */
  private static final float LARGEST_TOTAL = 60000.0f;

  private SparseAttentionTensorCores() {}

  /**
   * Attention of all rows; group x is a head, group y a tile of rows.
   *
   * @param q f32[H,L,D]
   * @param k as {@link HalfRowsLoops#packKeys} makes it, v likewise
   * @param kept as {@link KeptBlocksTiles#list} makes it
   * @param o f32[H,L,D]
   * @param dims as for {@link SparseAttentionLoops#attend}; as many queries as tokens
   * @param scalars the scale, above zero
   */
  public static void attend(
      KernelContext context,
      FloatArray q,
      LongArray k,
      LongArray v,
      IntArray kept,
      FloatArray o,
      IntArray dims,
      FloatArray scalars) {
    long[] tiles = context.allocateLongLocalArray(1152);
    int[] weights = context.allocateIntLocalArray(1280);
    float[] logits = context.allocateFloatLocalArray(3076);
    float[] tops = context.allocateFloatLocalArray(128);
    float[] totals = context.allocateFloatLocalArray(128);
    int[] again = context.allocateIntLocalArray(1);
    FloatArray local = (FloatArray) (Object) logits;
    int[] staged = (int[]) (Object) tiles;

    int heads = dims.get(0);
    int keyHeads = dims.get(1);
    int tokens = dims.get(2);
    int causal = dims.get(4);
    int masked = dims.get(5);
    int block = dims.get(6);
    int blocks = dims.get(7);

    int item = context.localIdx;
    int lane = item & 31;
    int warp = item >> 5;
    int inRow = lane & 7;
    int part = lane >> 3;
    int lower = (part & 1) * 8 + inRow;
    // Two work-items share a row: each has the keys of every second pair.
    int column = lane & 15;
    int turn = lane >> 4;
    int row = warp * 16 + column;

    // The last tiles have the most keys; they go first, of all heads.
    int rowTiles = (tokens + 63) >> 6;
    int padded = rowTiles * ROWS;
    int firstRow = (rowTiles - 1 - context.groupIdy) * ROWS;
    int head = context.groupIdx;
    int line = item >> 4;
    int word = item & 15;
    int keyBase = ((head / (heads / keyHeads)) * padded + line) * ROW_WORDS + word;
    int queryBase = head * tokens * HEAD_SIZE + 4 * word;
    int outAt = (head * tokens + firstRow + warp * 16) * HEAD_SIZE + lane;
    int outFrom = HEADER + warp * WARP_LOGITS + lane;
    int visible = causal * TornadoMath.min(firstRow + ROWS, tokens) + (1 - causal) * tokens;
    int edge = causal * TornadoMath.min(firstRow + row + 1, tokens) + (1 - causal) * tokens;

    int perBlock = block >> 5;
    int listed = masked * (head * blocks + firstRow / block) * (blocks + 1);
    int keptBlocks = kept.get(listed);
    int lastBlock = kept.get(listed + keptBlocks);
    int beyond = TornadoMath.max(0, (lastBlock + 1) * block - visible) >> 5;
    int steps = TornadoMath.max(0, keptBlocks * perBlock - beyond);
    int lastAt = TornadoMath.max(0, steps - 1) / perBlock;
    int lastWithin = (TornadoMath.max(0, steps - 1) - lastAt * perBlock) * KEYS;
    int first = kept.get(listed + 1) * block;

    // What the loads add themselves: rows of 32 bytes for a left factor, of 16 for a right one.
    int builtA = lower * 32 + (part >> 1) * 16;
    int builtB = inRow * 16 + (part & 1) * 128;
    int queryAt = (warp * 16 + inRow) * 144 + (part & 1) * 16 - builtA;
    int keyAt = lower * 144 + (part >> 1) * 16 - builtA;
    int valueAt = 8 * VALUES + lower * 144 - builtB;
    int weightAt = warp * 1280 + lower * 80 + (part >> 1) * 16 - builtA;
    int logitRow = warp * KEYS;
    int logitAt = HEADER + warp * WARP_LOGITS + column;
    int weightTo = row * WEIGHT_PITCH;
    int copyTo = line * TOKEN_PITCH + word;

    // The queries come to where keys and values will be, then stay in fragments. A right factor has
    // the form of a left one's upper half, rows of features.
    for (int n = 0; n < 8; n++) {
      int query = TornadoMath.min(firstRow + line + 8 * n, tokens - 1);
      tiles[copyTo + 8 * n * TOKEN_PITCH] = HalfRowsLoops.four(q, queryBase + query * HEAD_SIZE);
    }
    if (item == 0) {
      again[0] = 0;
    }
    context.localBarrier();
    HalfFloat[] q00 = context.mmaLoadA(staged, DEPTH, queryAt);
    HalfFloat[] q01 = context.mmaLoadA(staged, DEPTH, queryAt + 32);
    HalfFloat[] q02 = context.mmaLoadA(staged, DEPTH, queryAt + 64);
    HalfFloat[] q03 = context.mmaLoadA(staged, DEPTH, queryAt + 96);
    HalfFloat[] q10 = context.mmaLoadA(staged, DEPTH, queryAt + 1152);
    HalfFloat[] q11 = context.mmaLoadA(staged, DEPTH, queryAt + 1184);
    HalfFloat[] q12 = context.mmaLoadA(staged, DEPTH, queryAt + 1216);
    HalfFloat[] q13 = context.mmaLoadA(staged, DEPTH, queryAt + 1248);

    float scale = scalars.get(0);
    float reference = 0.0f;
    // An even pass looks for the largest logits, the first one among few keys; an odd one weighs.
    int passes = 2;
    for (int pass = 0; pass < passes; pass++) {
      int walk = steps;
      int jump = 1;
      if (pass == 0) {
        jump = PROBE;
        walk = TornadoMath.min(steps, (TornadoMath.max(0, steps + PROBE - 1) >> 4) + 1);
      }
      int weigh = pass & 1;
      float total = 0.0f;
      float top = ABSENT;
      float[] o0 = context.mmaFragment(0.0f);
      float[] o1 = context.mmaFragment(0.0f);
      float[] o2 = context.mmaFragment(0.0f);
      float[] o3 = context.mmaFragment(0.0f);
      float[] o4 = context.mmaFragment(0.0f);
      float[] o5 = context.mmaFragment(0.0f);
      float[] o6 = context.mmaFragment(0.0f);
      float[] o7 = context.mmaFragment(0.0f);
      context.localBarrier();
      for (int n = 0; n < 4; n++) {
        tiles[copyTo + 8 * n * TOKEN_PITCH] = k.get(keyBase + (first + 8 * n) * ROW_WORDS);
      }
      context.localBarrier();
      int from = first;
      int at = 0;
      int within = 0;
      for (int step = 0; step < walk; step++) {
        HalfFloat[] k00 = context.mmaLoadA(staged, DEPTH, keyAt);
        HalfFloat[] k01 = context.mmaLoadA(staged, DEPTH, keyAt + 32);
        HalfFloat[] k02 = context.mmaLoadA(staged, DEPTH, keyAt + 64);
        HalfFloat[] k03 = context.mmaLoadA(staged, DEPTH, keyAt + 96);
        float[] s00 = product(context, k00, k01, k02, k03, q00, q01, q02, q03);
        float[] s01 = product(context, k00, k01, k02, k03, q10, q11, q12, q13);
        context.mmaStore(s00, local, logitRow, 0, LOGIT_PITCH);
        context.mmaStore(s01, local, logitRow, 8, LOGIT_PITCH);
        HalfFloat[] k10 = context.mmaLoadA(staged, DEPTH, keyAt + 2304);
        HalfFloat[] k11 = context.mmaLoadA(staged, DEPTH, keyAt + 2336);
        HalfFloat[] k12 = context.mmaLoadA(staged, DEPTH, keyAt + 2368);
        HalfFloat[] k13 = context.mmaLoadA(staged, DEPTH, keyAt + 2400);
        float[] s10 = product(context, k10, k11, k12, k13, q00, q01, q02, q03);
        float[] s11 = product(context, k10, k11, k12, k13, q10, q11, q12, q13);
        context.mmaStore(s10, local, logitRow + 16, 0, LOGIT_PITCH);
        context.mmaStore(s11, local, logitRow + 16, 8, LOGIT_PITCH);
        context.localBarrier();

        // The next keys and this step's values are on their way while weights are taken.
        within += jump * KEYS;
        while (within >= block) {
          within -= block;
          at += 1;
        }
        if (at * block + within > lastAt * block + lastWithin) {
          at = lastAt;
          within = lastWithin;
        }
        int next = kept.get(listed + 1 + at) * block + within;
        int valueFrom = keyBase + from * ROW_WORDS;
        int keyFrom = keyBase + next * ROW_WORDS;
        long value0 = v.get(valueFrom);
        long value1 = v.get(valueFrom + 8 * ROW_WORDS);
        long value2 = v.get(valueFrom + 16 * ROW_WORDS);
        long value3 = v.get(valueFrom + 24 * ROW_WORDS);
        long key0 = k.get(keyFrom);
        long key1 = k.get(keyFrom + 8 * ROW_WORDS);
        long key2 = k.get(keyFrom + 16 * ROW_WORDS);
        long key3 = k.get(keyFrom + 24 * ROW_WORDS);

        for (int key = TornadoMath.max(edge - from, 0); key < KEYS; key++) {
          logits[logitAt + key * LOGIT_PITCH] = ABSENT;
        }
        for (int j = 0; j < 2 * (1 - weigh); j++) {
          int readAt = logitAt + (j * 2 + turn) * 2 * LOGIT_PITCH;
          for (int chunk = 0; chunk < 4; chunk++) {
            float logit0 = logits[readAt + chunk * 8 * LOGIT_PITCH];
            float logit1 = logits[readAt + chunk * 8 * LOGIT_PITCH + LOGIT_PITCH];
            top = TornadoMath.max(top, TornadoMath.max(logit0, logit1));
          }
        }
        for (int j = 0; j < 2 * weigh; j++) {
          int pair = ((column >> 3) * 2 + j * 2 + turn) & 3;
          int readAt = logitAt + pair * 2 * LOGIT_PITCH;
          int writeAt = weightTo + pair;
          for (int chunk = 0; chunk < 4; chunk++) {
            float logit0 = logits[readAt + chunk * 8 * LOGIT_PITCH];
            float logit1 = logits[readAt + chunk * 8 * LOGIT_PITCH + LOGIT_PITCH];
            float weight0 = TornadoMath.exp(logit0 * scale - reference);
            float weight1 = TornadoMath.exp(logit1 * scale - reference);
            total += weight0 + weight1;
            HalfFloat low = new HalfFloat(weight0);
            HalfFloat high = new HalfFloat(weight1);
            weights[writeAt + 4 * chunk] =
                (low.getHalfFloatValue() & 0xFFFF) | ((high.getHalfFloatValue() & 0xFFFF) << 16);
          }
        }
        tiles[copyTo + VALUES] = value0;
        tiles[copyTo + VALUES + 8 * TOKEN_PITCH] = value1;
        tiles[copyTo + VALUES + 16 * TOKEN_PITCH] = value2;
        tiles[copyTo + VALUES + 24 * TOKEN_PITCH] = value3;
        tiles[copyTo] = key0;
        tiles[copyTo + 8 * TOKEN_PITCH] = key1;
        tiles[copyTo + 16 * TOKEN_PITCH] = key2;
        tiles[copyTo + 24 * TOKEN_PITCH] = key3;
        context.localBarrier();
        HalfFloat[] p0 = context.mmaLoadA(weights, DEPTH, weightAt);
        HalfFloat[] p1 = context.mmaLoadA(weights, DEPTH, weightAt + 32);
        HalfFloat[] v0 = context.mmaLoadB(staged, DEPTH, valueAt);
        HalfFloat[] w0 = context.mmaLoadB(staged, DEPTH, valueAt + 2304);
        o0 = sum(context, p0, p1, v0, w0, o0);
        HalfFloat[] v1 = context.mmaLoadB(staged, DEPTH, valueAt + 16);
        HalfFloat[] w1 = context.mmaLoadB(staged, DEPTH, valueAt + 2320);
        o1 = sum(context, p0, p1, v1, w1, o1);
        HalfFloat[] v2 = context.mmaLoadB(staged, DEPTH, valueAt + 32);
        HalfFloat[] w2 = context.mmaLoadB(staged, DEPTH, valueAt + 2336);
        o2 = sum(context, p0, p1, v2, w2, o2);
        HalfFloat[] v3 = context.mmaLoadB(staged, DEPTH, valueAt + 48);
        HalfFloat[] w3 = context.mmaLoadB(staged, DEPTH, valueAt + 2352);
        o3 = sum(context, p0, p1, v3, w3, o3);
        HalfFloat[] v4 = context.mmaLoadB(staged, DEPTH, valueAt + 64);
        HalfFloat[] w4 = context.mmaLoadB(staged, DEPTH, valueAt + 2368);
        o4 = sum(context, p0, p1, v4, w4, o4);
        HalfFloat[] v5 = context.mmaLoadB(staged, DEPTH, valueAt + 80);
        HalfFloat[] w5 = context.mmaLoadB(staged, DEPTH, valueAt + 2384);
        o5 = sum(context, p0, p1, v5, w5, o5);
        HalfFloat[] v6 = context.mmaLoadB(staged, DEPTH, valueAt + 96);
        HalfFloat[] w6 = context.mmaLoadB(staged, DEPTH, valueAt + 2400);
        o6 = sum(context, p0, p1, v6, w6, o6);
        HalfFloat[] v7 = context.mmaLoadB(staged, DEPTH, valueAt + 112);
        HalfFloat[] w7 = context.mmaLoadB(staged, DEPTH, valueAt + 2416);
        o7 = sum(context, p0, p1, v7, w7, o7);
        from = next;
      }

      if (total > LARGEST_TOTAL) {
        again[0] = 1;
      }
      tops[turn * ROWS + row] = top;
      totals[turn * ROWS + row] = total;
      context.localBarrier();
      top = TornadoMath.max(tops[row], tops[ROWS + row]);
      if (weigh == 0) {
        reference = TornadoMath.max(top * scale, LEAST);
      }
      if (pass == 1) {
        if (again[0] == 1) {
          passes = 4;
        }
      }
      for (int write = 0; write < weigh; write++) {
        store(context, o0, o1, o2, o3, local, warp);
        context.localBarrier();
        for (int n = 0; n < TornadoMath.min(16, tokens - firstRow - warp * 16); n++) {
          float sum = totals[warp * 16 + n] + totals[ROWS + warp * 16 + n];
          float inverse = 0.0f;
          if (sum > 0.0f) {
            inverse = 1.0f / sum;
          }
          o.set(outAt + n * HEAD_SIZE, logits[outFrom + n * OUTPUT_PITCH] * inverse);
        }
        context.localBarrier();
        store(context, o4, o5, o6, o7, local, warp);
        context.localBarrier();
        for (int n = 0; n < TornadoMath.min(16, tokens - firstRow - warp * 16); n++) {
          float sum = totals[warp * 16 + n] + totals[ROWS + warp * 16 + n];
          float inverse = 0.0f;
          if (sum > 0.0f) {
            inverse = 1.0f / sum;
          }
          o.set(outAt + n * HEAD_SIZE + 32, logits[outFrom + n * OUTPUT_PITCH] * inverse);
        }
        context.localBarrier();
      }
    }
  }

  /** Logits of 16 keys and 8 queries, over 64 features. */
  private static float[] product(
      KernelContext context,
      HalfFloat[] a0,
      HalfFloat[] a1,
      HalfFloat[] a2,
      HalfFloat[] a3,
      HalfFloat[] b0,
      HalfFloat[] b1,
      HalfFloat[] b2,
      HalfFloat[] b3) {
    float[] sum = context.mmaFragment(0.0f);
    sum = context.mma(a0, b0, sum, MMAShape.M16N8K16);
    sum = context.mma(a1, b1, sum, MMAShape.M16N8K16);
    sum = context.mma(a2, b2, sum, MMAShape.M16N8K16);
    return context.mma(a3, b3, sum, MMAShape.M16N8K16);
  }

  /** {@code sum} and what 32 keys add to it. */
  private static float[] sum(
      KernelContext context,
      HalfFloat[] a0,
      HalfFloat[] a1,
      HalfFloat[] b0,
      HalfFloat[] b1,
      float[] sum) {
    return context.mma(a1, b1, context.mma(a0, b0, sum, MMAShape.M16N8K16), MMAShape.M16N8K16);
  }

  /** Half of a warp's outputs to where its logits were. */
  private static void store(
      KernelContext context,
      float[] f0,
      float[] f1,
      float[] f2,
      float[] f3,
      FloatArray local,
      int warp) {
    int at = warp * WARP_LOGITS;
    context.mmaStore(f0, local, 0, at, OUTPUT_PITCH);
    context.mmaStore(f1, local, 0, at + 8, OUTPUT_PITCH);
    context.mmaStore(f2, local, 0, at + 16, OUTPUT_PITCH);
    context.mmaStore(f3, local, 0, at + 24, OUTPUT_PITCH);
  }
}
