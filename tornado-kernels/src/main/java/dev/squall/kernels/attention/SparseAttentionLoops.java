package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention as portable annotated loops: one parallel iteration a query row, online softmax over
 * the kept keys four at a time, so that the output row is read and written once for four keys.
 */
public final class SparseAttentionLoops {
  /** A logit that no key has; its exponential is zero. */
  private static final float ABSENT = -1.0e30f;

  private SparseAttentionLoops() {}

  /**
   * Attention of every row of every head.
   *
   * @param q [H,L,D]
   * @param k [Hk,L,D]
   * @param v [Hk,L,D]
   * @param mask u8[H,NB,NB], or one unused element unless dims says that a mask decides
   * @param index which keys a row keeps, or one unused element unless dims says that it decides.
   *     Element h · queries + row is where the row's list stands: the number of its spans, then
   *     (start, count, step) of each: keys start, start + step, …; with step 0 the count keys that
   *     stand in the index from start on, ascending; with step −1 the row's own key.
   * @param o [H, queries, D]
   * @param dims heads, key heads, tokens, head size, causal (0/1), what decides (0: nothing, all
   *     keys are kept, 1: the mask, 2: the index), block, blocks, queries
   * @param scalars scale
   */
  public static void attend(
      FloatArray q,
      FloatArray k,
      FloatArray v,
      ByteArray mask,
      IntArray index,
      FloatArray o,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int head = 0; head < dims.get(0); head++) {
      for (@Parallel int row = 0; row < dims.get(8); row++) {
        int heads = dims.get(0);
        int keyHeads = dims.get(1);
        int tokens = dims.get(2);
        int size = dims.get(3);
        int causal = dims.get(4);
        int masked = dims.get(5);
        int queries = dims.get(8);
        int block = dims.get(6);
        int blocks = dims.get(7);
        float scale = scalars.get(0);

        int group = heads / keyHeads;
        int keyBase = (head / group) * tokens * size;
        int rowBase = (head * queries + row) * size;
        int position = tokens - queries + row;
        int visible = causal * (position + 1) + (1 - causal) * tokens;
        int firstBlock = (tokens - queries) / block;
        int maskRows = blocks - firstBlock;
        int maskBase = (head * maskRows + position / block - firstBlock) * blocks;
        int byMask = masked == 1 ? 1 : 0;
        int spans = blocks;
        int list = 0;
        if (masked == 2) {
          list = index.get(head * queries + row);
          spans = index.get(list);
        }
        for (int d = 0; d < size; d++) {
          o.set(rowBase + d, 0.0f);
        }
        float largest = ABSENT;
        float total = 0.0f;
        for (int b = 0; b < spans; b++) {
          int start = b * block;
          // In arithmetic: of a branch that skips the loop TornadoVM's OpenCL runs both sides.
          int kept = mask.get(byMask * (maskBase + b));
          int keep = 1 - byMask + byMask * TornadoMath.min(kept * kept, 1);
          int count = keep * TornadoMath.min(block, visible - start);
          int step = 1;
          if (masked == 2) {
            start = index.get(list + 1 + 3 * b);
            step = index.get(list + 3 + 3 * b);
            count = index.get(list + 2 + 3 * b);
            if (step > 0) {
              count = TornadoMath.min(count, (visible - start + step - 1) / step);
            }
          }
          for (int j = 0; j < count; j += 4) {
            int last = count - 1;
            long t0 = token(index, start, step, j, position);
            long t1 = token(index, start, step, TornadoMath.min(j + 1, last), position);
            long t2 = token(index, start, step, TornadoMath.min(j + 2, last), position);
            long t3 = token(index, start, step, TornadoMath.min(j + 3, last), position);
            int k0 = keyBase + (int) t0 * size;
            int k1 = keyBase + (int) t1 * size;
            int k2 = keyBase + (int) t2 * size;
            int k3 = keyBase + (int) t3 * size;
            float s0 = 0.0f;
            float s1 = 0.0f;
            float s2 = 0.0f;
            float s3 = 0.0f;
            for (int d = 0; d < size; d++) {
              float x = q.get(rowBase + d);
              s0 += x * k.get(k0 + d);
              s1 += x * k.get(k1 + d);
              s2 += x * k.get(k2 + d);
              s3 += x * k.get(k3 + d);
            }
            s0 = t0 < visible ? s0 * scale : ABSENT;
            s1 = ((j + 1 <= last ? 1 : 0) & (t1 < visible ? 1 : 0)) == 1 ? s1 * scale : ABSENT;
            s2 = ((j + 2 <= last ? 1 : 0) & (t2 < visible ? 1 : 0)) == 1 ? s2 * scale : ABSENT;
            s3 = ((j + 3 <= last ? 1 : 0) & (t3 < visible ? 1 : 0)) == 1 ? s3 * scale : ABSENT;
            float four = TornadoMath.max(TornadoMath.max(s0, s1), TornadoMath.max(s2, s3));
            float next = TornadoMath.max(largest, four);
            float fade = TornadoMath.exp(largest - next);
            float p0 = TornadoMath.exp(s0 - next);
            float p1 = TornadoMath.exp(s1 - next);
            float p2 = TornadoMath.exp(s2 - next);
            float p3 = TornadoMath.exp(s3 - next);
            largest = next;
            total = total * fade + (p0 + p1) + (p2 + p3);
            for (int d = 0; d < size; d++) {
              float sum = o.get(rowBase + d) * fade;
              sum += p0 * v.get(k0 + d) + p1 * v.get(k1 + d);
              sum += p2 * v.get(k2 + d) + p3 * v.get(k3 + d);
              o.set(rowBase + d, sum);
            }
          }
        }
        float inverse = 0.0f;
        if (total > 0.0f) {
          inverse = 1.0f / total;
        }
        for (int d = 0; d < size; d++) {
          o.set(rowBase + d, o.get(rowBase + d) * inverse);
        }
      }
    }
  }

  /** The token of key {@code n} of a span. */
  static long token(IntArray index, int start, int step, int n, int own) {
    long token = start + (long) n * step;
    if (step == 0) {
      token = index.get(start + n);
    }
    if (step < 0) {
      token = own;
    }
    return token;
  }
}
