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
   * @param mask u8[H,NB,NB], or one unused element if dims says that all blocks are kept
   * @param o [H,L,D]
   * @param dims heads, key heads, tokens, head size, causal (0/1), masked (0/1), block, blocks
   * @param scalars scale
   */
  public static void attend(
      FloatArray q,
      FloatArray k,
      FloatArray v,
      ByteArray mask,
      FloatArray o,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int head = 0; head < dims.get(0); head++) {
      for (@Parallel int row = 0; row < dims.get(2); row++) {
        int heads = dims.get(0);
        int keyHeads = dims.get(1);
        int tokens = dims.get(2);
        int size = dims.get(3);
        int causal = dims.get(4);
        int masked = dims.get(5);
        int block = dims.get(6);
        int blocks = dims.get(7);
        float scale = scalars.get(0);

        int group = heads / keyHeads;
        int keyBase = (head / group) * tokens * size;
        int rowBase = (head * tokens + row) * size;
        int visible = causal * (row + 1) + (1 - causal) * tokens;
        int maskBase = (head * blocks + row / block) * blocks;
        for (int d = 0; d < size; d++) {
          o.set(rowBase + d, 0.0f);
        }
        float largest = ABSENT;
        float total = 0.0f;
        for (int b = 0; b < blocks; b++) {
          // In arithmetic: of a branch that skips the loop TornadoVM's OpenCL runs both sides.
          int kept = mask.get(masked * (maskBase + b));
          int keep = 1 - masked + masked * TornadoMath.min(kept * kept, 1);
          int from = b * block;
          int to = from + keep * (TornadoMath.min(from + block, visible) - from);
          for (int j = from; j < to; j += 4) {
            int last = to - 1;
            int j1 = TornadoMath.min(j + 1, last);
            int j2 = TornadoMath.min(j + 2, last);
            int j3 = TornadoMath.min(j + 3, last);
            int k0 = keyBase + j * size;
            int k1 = keyBase + j1 * size;
            int k2 = keyBase + j2 * size;
            int k3 = keyBase + j3 * size;
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
            s0 = s0 * scale;
            s1 = j + 1 <= last ? s1 * scale : ABSENT;
            s2 = j + 2 <= last ? s2 * scale : ABSENT;
            s3 = j + 3 <= last ? s3 * scale : ABSENT;
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
}
