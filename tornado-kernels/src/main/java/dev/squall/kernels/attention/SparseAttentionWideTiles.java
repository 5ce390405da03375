package dev.squall.kernels.attention;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention with explicit work-groups for GPUs with many registers: a group of 8 × 16 work-items
 * takes 64 query rows of one head and walks the kept keys 64 at a time. An item holds 8 × 4 logits
 * and 8 × 8 outputs in registers; slices of 32 features of queries and keys, then of 32 keys of
 * values, pass through local memory, and so do the weights between the two products. Each item adds
 * up its own weights; the sums of a row meet once, at the end.
 */
public final class SparseAttentionWideTiles {
  /** Query rows, and keys of a step; a block of the mask must be a multiple of it. */
  public static final int TILE = 64;

  /** Work-items of a group. */
  public static final int ITEMS = 128;

  /** Largest head size: what the registers hold. */
  public static final int MAX_HEAD_SIZE = 128;

  /** Registers that an item needs. */
  public static final int REGISTERS = 200;

  private static final int SLICE = 32;

  /** One more than the tile, so that the features of a token fall into different banks. */
  private static final int PITCH = 65;

  private static final int ROWS_PER_ITEM = 8;
  private static final int COLUMNS_PER_ITEM = 4;
  private static final int ROW_STEP = 8;
  private static final int COLUMN_STEP = 16;
  private static final int KEY_SLICE = SLICE * PITCH;
  private static final int PART_PITCH = 17;
  private static final float ABSENT = -1.0e30f;

  /** Local memory of a group. */
  public static final int LOCAL_BYTES =
      4 * (2 * SLICE * PITCH + TILE * PITCH + TILE * PART_PITCH + 2 * TILE);

  private SparseAttentionWideTiles() {}

  /**
   * Attention of all rows; group x is a tile of rows, group y a head. Arguments as in {@link
   * SparseAttentionTiles#attend}.
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
    float[] slices = context.allocateFloatLocalArray(4160);
    float[] weights = context.allocateFloatLocalArray(4160);
    float[] parts = context.allocateFloatLocalArray(1088);
    float[] largest = context.allocateFloatLocalArray(64);
    float[] fade = context.allocateFloatLocalArray(64);
    float[] logits = new float[32];
    float[] sums = new float[32];
    float[] upper = new float[32];
    float[] totals = new float[8];

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
    // The last tiles have the most keys; they go first.
    int rowTiles = (count + TILE - 1) >> 6;
    int firstRow = (rowTiles - 1 - context.groupIdx) * TILE;
    int head = context.groupIdy;
    int group = heads / keyHeads;
    int keyBase = (head / group) * tokens * size;
    int queryBase = head * count * size;
    int offset = tokens - count;
    int firstBlock = offset / block;
    int maskRow = (offset + firstRow) / block - firstBlock;
    int maskBase = (head * (blocks - firstBlock) + maskRow) * blocks;
    int lastRow = TornadoMath.min(firstRow + TILE, count) - 1;
    int visible = causal * (offset + lastRow + 1) + (1 - causal) * tokens;

    int column = item & 15;
    int row = item >> 4;
    int feature = item & 31;
    int line = item >> 5;

    for (int n = 0; n < 32; n++) {
      sums[n] = 0.0f;
      upper[n] = 0.0f;
    }
    for (int n = 0; n < ROWS_PER_ITEM; n++) {
      totals[n] = 0.0f;
    }
    if (item < TILE) {
      largest[item] = ABSENT;
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
      for (int j = from; j < to; j += TILE) {
        for (int n = 0; n < 32; n++) {
          logits[n] = 0.0f;
        }
        for (int start = 0; start < size; start += SLICE) {
          int d = TornadoMath.min(start + feature, size - 1);
          // A feature beyond the last counts nothing.
          float factor = start + feature < size ? scale : 0.0f;
          int queryAt = queryBase + d;
          int keyAt = keyBase + d;
          context.localBarrier();
          for (int n = 0; n < 16; n++) {
            int at = line + 4 * n;
            int query = TornadoMath.min(firstRow + at, lastRow);
            int key = TornadoMath.min(j + at, to - 1);
            slices[feature * PITCH + at] = q.get(queryAt + query * size) * factor;
            slices[KEY_SLICE + feature * PITCH + at] = k.get(keyAt + key * size);
          }
          context.localBarrier();
          for (int f = 0; f < SLICE; f++) {
            int rowAt = f * PITCH + row;
            int columnAt = KEY_SLICE + f * PITCH + column;
            float key0 = slices[columnAt];
            float key1 = slices[columnAt + 16];
            float key2 = slices[columnAt + 32];
            float key3 = slices[columnAt + 48];
            for (int r = 0; r < ROWS_PER_ITEM; r++) {
              float x = slices[rowAt + ROW_STEP * r];
              logits[4 * r] += x * key0;
              logits[4 * r + 1] += x * key1;
              logits[4 * r + 2] += x * key2;
              logits[4 * r + 3] += x * key3;
            }
          }
        }
        for (int r = 0; r < ROWS_PER_ITEM; r++) {
          int at = row + ROW_STEP * r;
          int edge = causal * (offset + firstRow + at + 1) + (1 - causal) * tokens;
          int end = TornadoMath.min(to, edge) - j;
          float top = ABSENT;
          for (int c = 0; c < COLUMNS_PER_ITEM; c++) {
            float logit = column + COLUMN_STEP * c < end ? logits[4 * r + c] : ABSENT;
            logits[4 * r + c] = logit;
            top = TornadoMath.max(top, logit);
          }
          parts[at * PART_PITCH + column] = top;
        }
        context.localBarrier();
        if (item < TILE) {
          float before = largest[item];
          float next = before;
          for (int c = 0; c < 16; c++) {
            next = TornadoMath.max(next, parts[item * PART_PITCH + c]);
          }
          fade[item] = TornadoMath.exp(before - next);
          largest[item] = next;
        }
        context.localBarrier();
        for (int r = 0; r < ROWS_PER_ITEM; r++) {
          int at = row + ROW_STEP * r;
          float next = largest[at];
          float rowFade = fade[at];
          float sum = 0.0f;
          for (int c = 0; c < COLUMNS_PER_ITEM; c++) {
            float logit = logits[4 * r + c];
            float weight = logit > ABSENT ? TornadoMath.exp(logit - next) : 0.0f;
            weights[at * PITCH + column + COLUMN_STEP * c] = weight;
            sum += weight;
            sums[4 * r + c] *= rowFade;
            upper[4 * r + c] *= rowFade;
          }
          totals[r] = totals[r] * rowFade + sum;
        }
        for (int start = 0; start < TILE; start += SLICE) {
          context.localBarrier();
          for (int n = 0; n < 4; n++) {
            int r = row + ROW_STEP * n;
            int key = TornadoMath.min(j + start + r, to - 1);
            int valueAt = keyBase + key * size;
            for (int c = 0; c < 8; c++) {
              int d = column + COLUMN_STEP * c;
              if (d < size) {
                slices[r * MAX_HEAD_SIZE + d] = v.get(valueAt + d);
              }
            }
          }
          context.localBarrier();
          for (int c = 0; c < SLICE; c++) {
            int valueAt = c * MAX_HEAD_SIZE + column;
            int weightAt = row * PITCH + start + c;
            float value0 = slices[valueAt];
            float value1 = slices[valueAt + 16];
            float value2 = slices[valueAt + 32];
            float value3 = slices[valueAt + 48];
            for (int r = 0; r < ROWS_PER_ITEM; r++) {
              float p = weights[weightAt + ROW_STEP * PITCH * r];
              sums[4 * r] += p * value0;
              sums[4 * r + 1] += p * value1;
              sums[4 * r + 2] += p * value2;
              sums[4 * r + 3] += p * value3;
            }
          }
          if (size > 64) {
            for (int c = 0; c < SLICE; c++) {
              int valueAt = c * MAX_HEAD_SIZE + 64 + column;
              int weightAt = row * PITCH + start + c;
              float value0 = slices[valueAt];
              float value1 = slices[valueAt + 16];
              float value2 = slices[valueAt + 32];
              float value3 = slices[valueAt + 48];
              for (int r = 0; r < ROWS_PER_ITEM; r++) {
                float p = weights[weightAt + ROW_STEP * PITCH * r];
                upper[4 * r] += p * value0;
                upper[4 * r + 1] += p * value1;
                upper[4 * r + 2] += p * value2;
                upper[4 * r + 3] += p * value3;
              }
            }
          }
        }
      }
    }
    context.localBarrier();
    for (int r = 0; r < ROWS_PER_ITEM; r++) {
      parts[(row + ROW_STEP * r) * PART_PITCH + column] = totals[r];
    }
    context.localBarrier();
    for (int r = 0; r < ROWS_PER_ITEM; r++) {
      int at = row + ROW_STEP * r;
      float weight = 0.0f;
      for (int c = 0; c < 16; c++) {
        weight += parts[at * PART_PITCH + c];
      }
      float inverse = 0.0f;
      if (weight > 0.0f) {
        inverse = 1.0f / weight;
      }
      if (firstRow + at < count) {
        int out = queryBase + (firstRow + at) * size;
        for (int c = 0; c < COLUMNS_PER_ITEM; c++) {
          int d = column + COLUMN_STEP * c;
          if (d < size) {
            o.set(out + d, sums[4 * r + c] * inverse);
          }
          if (d + 64 < size) {
            o.set(out + d + 64, upper[4 * r + c] * inverse);
          }
        }
      }
    }
  }
}
