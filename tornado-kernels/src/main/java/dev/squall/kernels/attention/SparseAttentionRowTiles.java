package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention for processors that run the work-items of a group as lanes of a vector: a group takes
 * 16 query rows, a lane each, and walks the kept keys 16 at a time. Logits and weights of the 16
 * keys stay in registers; keys and values are the same for all lanes; what differs by lane, the
 * queries and the sums, lies side by side in scratch. No lane waits for another, and nothing is
 * reduced across lanes.
 */
public final class SparseAttentionRowTiles {
  /** Query rows and work-items of a group; a block of the mask must be a multiple of it. */
  public static final int ROWS = 16;

  private static final int KEYS = 16;
  private static final float ABSENT = -1.0e30f;

  private SparseAttentionRowTiles() {}

  /**
   * Attention of all rows; group x is a tile of rows, group y a head.
   *
   * @param q [H,L,D]
   * @param keyPanels from {@link KeyPanelsLoops#pack}
   * @param valuePanels from the same
   * @param mask as for {@link SparseAttentionLoops#attend}
   * @param queries scratch [H,⌈L/16⌉,D,16]; a work-item reads only what it wrote
   * @param sums scratch like queries
   * @param o [H,L,D]
   * @param dims as for {@link SparseAttentionLoops#attend}
   * @param scalars scale
   */
  public static void attend(
      KernelContext context,
      FloatArray q,
      FloatArray keyPanels,
      FloatArray valuePanels,
      ByteArray mask,
      FloatArray queries,
      FloatArray sums,
      FloatArray o,
      IntArray dims,
      FloatArray scalars) {
    float[] weights = new float[16];

    int heads = dims.get(0);
    int keyHeads = dims.get(1);
    int tokens = dims.get(2);
    int size = dims.get(3);
    int causal = dims.get(4);
    int masked = dims.get(5);
    int block = dims.get(6);
    int blocks = dims.get(7);
    float scale = scalars.get(0);

    int lane = context.localIdx;
    int tile = context.groupIdx;
    int head = context.groupIdy;
    int panels = (tokens + 15) >> 4;
    int firstRow = tile * ROWS;
    int lastRow = TornadoMath.min(firstRow + ROWS, tokens) - 1;
    int row = TornadoMath.min(firstRow + lane, lastRow);
    int rowBase = (head * tokens + row) * size;
    int own = (head * panels + tile) * size * ROWS + lane;
    int group = heads / keyHeads;
    int keyBase = (head / group) * panels * size * KEYS;
    int maskBase = (head * blocks + firstRow / block) * blocks;
    int visible = causal * (lastRow + 1) + (1 - causal) * tokens;
    int edge = causal * (row + 1) + (1 - causal) * tokens;

    for (int d = 0; d < size; d++) {
      queries.set(own + d * ROWS, q.get(rowBase + d) * scale);
      sums.set(own + d * ROWS, 0.0f);
    }
    float largest = ABSENT;
    float total = 0.0f;
    for (int b = 0; b < blocks; b++) {
      int kept = mask.get(masked * (maskBase + b));
      int keep = 1 - masked + masked * TornadoMath.min(kept * kept, 1);
      int from = b * block;
      int to = from + keep * (TornadoMath.min(from + block, visible) - from);
      for (int j = from; j < to; j += KEYS) {
        int panel = keyBase + j * size;
        for (int c = 0; c < KEYS; c++) {
          weights[c] = 0.0f;
        }
        for (int d = 0; d < size; d++) {
          float x = queries.get(own + d * ROWS);
          int at = panel + d * KEYS;
          for (int c = 0; c < KEYS; c++) {
            weights[c] += x * keyPanels.get(at + c);
          }
        }
        // Every row sees the first key of a step, so that the maximum is a logit.
        float next = largest;
        for (int c = 0; c < KEYS; c++) {
          float logit = j + c < edge ? weights[c] : ABSENT;
          weights[c] = logit;
          next = TornadoMath.max(next, logit);
        }
        float fade = TornadoMath.exp(largest - next);
        float sum = 0.0f;
        for (int c = 0; c < KEYS; c++) {
          float weight = TornadoMath.exp(weights[c] - next);
          weights[c] = weight;
          sum += weight;
        }
        largest = next;
        total = total * fade + sum;
        for (int d = 0; d < size; d++) {
          int at = panel + d * KEYS;
          float even = sums.get(own + d * ROWS) * fade;
          float odd = 0.0f;
          for (int c = 0; c < KEYS; c += 2) {
            even += weights[c] * valuePanels.get(at + c);
            odd += weights[c + 1] * valuePanels.get(at + c + 1);
          }
          sums.set(own + d * ROWS, even + odd);
        }
      }
    }
    float inverse = 0.0f;
    if (total > 0.0f) {
      inverse = 1.0f / total;
    }
    if (firstRow + lane < tokens) {
      for (int d = 0; d < size; d++) {
        o.set(rowBase + d, sums.get(own + d * ROWS) * inverse);
      }
    }
  }
}
