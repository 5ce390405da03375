package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedGemm} with a work-group for each tile of {@link #SIDE} tokens by as many rows of the
 * matrix. The blocks of a stretch of columns are decoded into local memory, a block a work-item;
 * then a work-item has two tokens by two rows, half a tile apart so that neighbours read
 * neighbouring words.
 */
final class SeedGemmTiles {
  /** Tokens and rows of a tile. */
  static final int SIDE = 32;

  private static final int HALF = SIDE / 2;
  static final int GROUP = HALF * HALF;

  /** Columns that are held in local memory at a time: whole blocks of 8 and of 12. */
  private static final int DEPTH = 24;

  /** Blocks that meet {@link #DEPTH} columns, which may begin within one. */
  private static final int FOUR_BIT_BLOCKS = DEPTH / 8 + 1;

  private static final int THREE_BIT_BLOCKS = DEPTH / 12 + 1;

  /** Numbers of a column; one more spreads the memory banks. */
  private static final int PITCH = SIDE + 1;

  private static final int NUMBERS = DEPTH * PITCH;
  static final long LOCAL_BYTES = 2L * NUMBERS * Float.BYTES;

  private SeedGemmTiles() {}

  /** Arguments as in {@link SeedGemmLoops#multiplyFourBit}. */
  static void multiplyFourBit(
      KernelContext context,
      IntArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int firstRow = context.groupIdx * SIDE;
    int firstToken = context.groupIdy * SIDE;
    float[] left = context.allocateFloatLocalArray(NUMBERS);
    float[] w = context.allocateFloatLocalArray(NUMBERS);
    int rows = dims.get(0);
    int columns = dims.get(1);
    int tokens = dims.get(2);
    int column = item & (HALF - 1);
    int line = item >> 4;
    float sum00 = 0f;
    float sum01 = 0f;
    float sum10 = 0f;
    float sum11 = 0f;
    for (int first = 0; first < columns; first += DEPTH) {
      for (int i = item; i < SIDE * DEPTH; i += GROUP) {
        int token = firstToken + i / DEPTH;
        int k = first + i % DEPTH;
        float value = 0f;
        if (token < tokens && k < columns) {
          value = x.get(token * columns + k);
        }
        left[(i % DEPTH) * PITCH + i / DEPTH] = value;
        w[(i % DEPTH) * PITCH + i / DEPTH] = 0f;
      }
      context.localBarrier();
      for (int i = item; i < SIDE * FOUR_BIT_BLOCKS; i += GROUP) {
        int own = i & (SIDE - 1);
        int row = firstRow + own;
        long from = (long) row * columns + first;
        int block = (int) (from >> 3) + (i >> 5);
        int start = (int) (((long) block << 3) - from);
        if (row < rows && first + start < columns) {
          int word = words.get(block);
          long bits = SeedBits.fourBit(word);
          int q0 = SeedBits.signed((word >> 20) & 15);
          int q1 = SeedBits.signed((word >> 24) & 15);
          int q2 = SeedBits.signed((word >> 28) & 15);
          float factor = scalars.get((word >> 16) & 15);
          for (int c = 0; c < 8; c++) {
            int k = start + c;
            int inside = (k >= 0 ? 1 : 0) & (k < DEPTH ? 1 : 0) & (first + k < columns ? 1 : 0);
            if (inside == 1) {
              w[k * PITCH + own] = SeedBits.sumOfThree(bits, 3 * c, q0, q1, q2) * factor;
            }
          }
        }
      }
      context.localBarrier();
      for (int k = 0; k < DEPTH; k++) {
        int at = k * PITCH;
        float w0 = w[at + column];
        float w1 = w[at + column + HALF];
        float x0 = left[at + line];
        float x1 = left[at + line + HALF];
        sum00 += x0 * w0;
        sum01 += x0 * w1;
        sum10 += x1 * w0;
        sum11 += x1 * w1;
      }
      context.localBarrier();
    }
    for (int half = 0; half < 2; half++) {
      int token = firstToken + line + half * HALF;
      int row = firstRow + column;
      float near = half == 0 ? sum00 : sum10;
      float far = half == 0 ? sum01 : sum11;
      if (token < tokens && row < rows) {
        y.set(token * rows + row, near);
      }
      if (token < tokens && row + HALF < rows) {
        y.set(token * rows + row + HALF, far);
      }
    }
  }

  /** Arguments as in {@link SeedGemmLoops#multiplyThreeBit}. */
  static void multiplyThreeBit(
      KernelContext context,
      ByteArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int firstRow = context.groupIdx * SIDE;
    int firstToken = context.groupIdy * SIDE;
    float[] left = context.allocateFloatLocalArray(NUMBERS);
    float[] w = context.allocateFloatLocalArray(NUMBERS);
    int rows = dims.get(0);
    int columns = dims.get(1);
    int tokens = dims.get(2);
    int column = item & (HALF - 1);
    int line = item >> 4;
    float sum00 = 0f;
    float sum01 = 0f;
    float sum10 = 0f;
    float sum11 = 0f;
    for (int first = 0; first < columns; first += DEPTH) {
      for (int i = item; i < SIDE * DEPTH; i += GROUP) {
        int token = firstToken + i / DEPTH;
        int k = first + i % DEPTH;
        float value = 0f;
        if (token < tokens && k < columns) {
          value = x.get(token * columns + k);
        }
        left[(i % DEPTH) * PITCH + i / DEPTH] = value;
        w[(i % DEPTH) * PITCH + i / DEPTH] = 0f;
      }
      context.localBarrier();
      for (int i = item; i < SIDE * THREE_BIT_BLOCKS; i += GROUP) {
        int own = i & (SIDE - 1);
        int row = firstRow + own;
        long from = (long) row * columns + first;
        int block = (int) (from / 12) + (i >> 5);
        int start = (int) (12L * block - from);
        if (row < rows && first + start < columns) {
          int byteAt = (9 * block) >> 1;
          int odd = (block & 1) << 2;
          int low =
              (words.get(byteAt) & 0xFF)
                  | ((words.get(byteAt + 1) & 0xFF) << 8)
                  | ((words.get(byteAt + 2) & 0xFF) << 16);
          int high = (words.get(byteAt + 3) & 0xFF) | ((words.get(byteAt + 4) & 0xFF) << 8);
          int code = (low >> odd) & 0xFFFFF;
          int mantissas = ((high << (4 - odd)) | (low >> (20 + odd))) & 0xFFFF;
          long bits = SeedBits.threeBit(code);
          int q0 = SeedBits.signed(mantissas & 15);
          int q1 = SeedBits.signed((mantissas >> 4) & 15);
          int q2 = SeedBits.signed((mantissas >> 8) & 15);
          int q3 = SeedBits.signed((mantissas >> 12) & 15);
          float factor = scalars.get((code >> 16) & 15);
          for (int c = 0; c < 12; c++) {
            int k = start + c;
            int inside = (k >= 0 ? 1 : 0) & (k < DEPTH ? 1 : 0) & (first + k < columns ? 1 : 0);
            if (inside == 1) {
              w[k * PITCH + own] = SeedBits.sumOfFour(bits, 4 * c, q0, q1, q2, q3) * factor;
            }
          }
        }
      }
      context.localBarrier();
      for (int k = 0; k < DEPTH; k++) {
        int at = k * PITCH;
        float w0 = w[at + column];
        float w1 = w[at + column + HALF];
        float x0 = left[at + line];
        float x1 = left[at + line + HALF];
        sum00 += x0 * w0;
        sum01 += x0 * w1;
        sum10 += x1 * w0;
        sum11 += x1 * w1;
      }
      context.localBarrier();
    }
    for (int half = 0; half < 2; half++) {
      int token = firstToken + line + half * HALF;
      int row = firstRow + column;
      float near = half == 0 ? sum00 : sum10;
      float far = half == 0 ? sum01 : sum11;
      if (token < tokens && row < rows) {
        y.set(token * rows + row, near);
      }
      if (token < tokens && row + HALF < rows) {
        y.set(token * rows + row + HALF, far);
      }
    }
  }
}
