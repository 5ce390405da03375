package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention with explicit work-groups: a group of 128 work-items takes 16 query rows of one head,
 * walks the kept keys 32 at a time through local memory, and keeps the output in registers, each
 * item an eighth of one row.
 */
public final class SparseAttentionTiles {
  /** Query rows of a work-group; a block of the mask must be a multiple of it. */
  public static final int ROWS = 16;

  /** Work-items of a group. */
  public static final int ITEMS = 128;

  /** Registers that an item is laid out for. */
  public static final int REGISTERS = 64;

  /** Largest head size: what the local tiles hold. */
  public static final int MAX_HEAD_SIZE = 128;

  private static final int KEYS = 32;
  private static final int ITEMS_PER_ROW = 8;
  private static final int DIMS_PER_ITEM = 16;
  private static final int LOGITS_PER_ITEM = 4;
  private static final float ABSENT = -1.0e30f;

  /** Local memory of a group. */
  public static final int LOCAL_BYTES =
      4 * (ROWS * MAX_HEAD_SIZE + KEYS * MAX_HEAD_SIZE + ROWS * KEYS + 3 * ROWS);

  private SparseAttentionTiles() {}

  /**
   * Attention of all rows; group x is a tile of rows, group y a head. Arguments as in {@link
   * SparseAttentionLoops#attend}, but for the index, which tiles do not read.
   */
  public static void attend(
      KernelContext context,
      FloatArray q,
      FloatArray k,
      FloatArray v,
      ByteArray mask,
      FloatArray o,
      IntArray dims,
      FloatArray scalars) {
    float[] queries = context.allocateFloatLocalArray(2048);
    float[] keys = context.allocateFloatLocalArray(4096);
    float[] logits = context.allocateFloatLocalArray(512);
    float[] largest = context.allocateFloatLocalArray(16);
    float[] total = context.allocateFloatLocalArray(16);
    float[] fade = context.allocateFloatLocalArray(16);
    float[] sums = new float[16];

    int heads = dims.get(0);
    int keyHeads = dims.get(1);
    int tokens = dims.get(2);
    int size = dims.get(3);
    int causal = dims.get(4);
    int masked = dims.get(5);
    int block = dims.get(6);
    int blocks = dims.get(7);
    int count = dims.get(8);
    float scale = scalars.get(0);

    int item = context.localIdx;
    int firstRow = context.groupIdx * ROWS;
    int head = context.groupIdy;
    int group = heads / keyHeads;
    int keyBase = (head / group) * tokens * size;
    int queryBase = head * count * size;
    int offset = tokens - count;
    int firstBlock = offset / block;
    int maskRow = (offset + firstRow) / block - firstBlock;
    int maskBase = (head * (blocks - firstBlock) + maskRow) * blocks;
    int lastRow = TornadoMath.min(firstRow + ROWS, count) - 1;
    int visible = causal * (offset + lastRow + 1) + (1 - causal) * tokens;

    int row = item / ITEMS_PER_ROW;
    int part = item - row * ITEMS_PER_ROW;

    for (int n = 0; n < DIMS_PER_ITEM; n++) {
      sums[n] = 0.0f;
    }
    for (int n = item; n < ROWS * size; n += ITEMS) {
      int r = n / size;
      int d = n - r * size;
      int source = TornadoMath.min(firstRow + r, lastRow);
      queries[r * size + d] = q.get(queryBase + source * size + d) * scale;
    }
    if (item < ROWS) {
      largest[item] = ABSENT;
      total[item] = 0.0f;
      fade[item] = 0.0f;
    }

    for (int b = 0; b < blocks; b++) {
      int keep = 1;
      if (masked == 1) {
        keep = mask.get(maskBase + b);
      }
      int from = b * block;
      int to = TornadoMath.min(from + block, visible);
      if (keep == 0) {
        to = from;
      }
      for (int j = from; j < to; j += KEYS) {
        context.localBarrier();
        for (int n = item; n < KEYS * size; n += ITEMS) {
          int r = n / size;
          int d = n - r * size;
          int source = TornadoMath.min(j + r, to - 1);
          keys[r * size + d] = k.get(keyBase + source * size + d);
        }
        context.localBarrier();
        for (int n = 0; n < LOGITS_PER_ITEM; n++) {
          int column = part + n * ITEMS_PER_ROW;
          float dot = 0.0f;
          for (int d = 0; d < size; d++) {
            dot += queries[row * size + d] * keys[column * size + d];
          }
          int key = j + column;
          int edge = causal * (offset + firstRow + row + 1) + (1 - causal) * tokens;
          int end = TornadoMath.min(to, edge);
          logits[row * KEYS + column] = key < end ? dot : ABSENT;
        }
        context.localBarrier();
        if (item < ROWS) {
          float before = largest[item];
          float next = before;
          for (int c = 0; c < KEYS; c++) {
            next = TornadoMath.max(next, logits[item * KEYS + c]);
          }
          float sum = 0.0f;
          for (int c = 0; c < KEYS; c++) {
            float s = logits[item * KEYS + c];
            float p = 0.0f;
            if (s > ABSENT) {
              p = TornadoMath.exp(s - next);
            }
            logits[item * KEYS + c] = p;
            sum += p;
          }
          float faded = TornadoMath.exp(before - next);
          fade[item] = faded;
          largest[item] = next;
          total[item] = total[item] * faded + sum;
        }
        for (int n = item; n < KEYS * size; n += ITEMS) {
          int r = n / size;
          int d = n - r * size;
          int source = TornadoMath.min(j + r, to - 1);
          keys[r * size + d] = v.get(keyBase + source * size + d);
        }
        context.localBarrier();
        float rowFade = fade[row];
        for (int n = 0; n < DIMS_PER_ITEM; n++) {
          int d = part + n * ITEMS_PER_ROW;
          if (d < size) {
            float sum = sums[n] * rowFade;
            for (int c = 0; c < KEYS; c++) {
              sum += logits[row * KEYS + c] * keys[c * size + d];
            }
            sums[n] = sum;
          }
        }
      }
    }
    context.localBarrier();
    float weight = total[row];
    float inverse = 0.0f;
    if (weight > 0.0f) {
      inverse = 1.0f / weight;
    }
    if (firstRow + row < count) {
      for (int n = 0; n < DIMS_PER_ITEM; n++) {
        int d = part + n * ITEMS_PER_ROW;
        if (d < size) {
          o.set(queryBase + (firstRow + row) * size + d, sums[n] * inverse);
        }
      }
    }
  }
}
