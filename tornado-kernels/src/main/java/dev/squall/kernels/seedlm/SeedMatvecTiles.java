package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedMatvec} with a work-group for each row: neighbouring work-items take neighbouring
 * blocks, so that words are read in order, and their sums meet in local memory.
 */
final class SeedMatvecTiles {
  static final int GROUP = 128;
  static final long LOCAL_BYTES = (long) GROUP * Float.BYTES;

  private SeedMatvecTiles() {}

  /** Arguments as in {@link SeedMatvecLoops#multiplyFourBit}. */
  static void multiplyFourBit(
      KernelContext context,
      IntArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int row = context.groupIdx;
    float[] sums = context.allocateFloatLocalArray(GROUP);
    int columns = dims.get(1);
    long from = (long) row * columns;
    int firstBlock = (int) (from >> 3);
    int lastBlock = (int) ((from + columns - 1) >> 3);
    float total = 0f;
    for (int block = firstBlock + item; block <= lastBlock; block += GROUP) {
      int word = words.get(block);
      long bits = SeedBits.fourBit(word);
      int q0 = SeedBits.signed((word >> 20) & 15);
      int q1 = SeedBits.signed((word >> 24) & 15);
      int q2 = SeedBits.signed((word >> 28) & 15);
      int column = (int) (((long) block << 3) - from);
      float sum = 0f;
      for (int c = 0; c < 8; c++) {
        int k = column + c;
        int integer = SeedBits.sumOfThree(bits, 3 * c, q0, q1, q2);
        if (k >= 0 && k < columns) {
          sum += integer * x.get(k);
        }
      }
      total += sum * scalars.get((word >> 16) & 15);
    }
    sums[item] = total;
    for (int half = GROUP / 2; half > 0; half = half >> 1) {
      context.localBarrier();
      if (item < half) {
        sums[item] = sums[item] + sums[item + half];
      }
    }
    if (item == 0) {
      y.set(row, sums[0]);
    }
  }

  /** Arguments as in {@link SeedMatvecLoops#multiplyThreeBit}. */
  static void multiplyThreeBit(
      KernelContext context,
      ByteArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int row = context.groupIdx;
    float[] sums = context.allocateFloatLocalArray(GROUP);
    int columns = dims.get(1);
    long from = (long) row * columns;
    int firstBlock = (int) (from / 12);
    int lastBlock = (int) ((from + columns - 1) / 12);
    float total = 0f;
    for (int block = firstBlock + item; block <= lastBlock; block += GROUP) {
      int first = (9 * block) >> 1;
      int half = (block & 1) << 2;
      int low =
          (words.get(first) & 0xFF)
              | ((words.get(first + 1) & 0xFF) << 8)
              | ((words.get(first + 2) & 0xFF) << 16);
      int high = (words.get(first + 3) & 0xFF) | ((words.get(first + 4) & 0xFF) << 8);
      int code = (low >> half) & 0xFFFFF;
      int mantissas = ((high << (4 - half)) | (low >> (20 + half))) & 0xFFFF;
      long bits = SeedBits.threeBit(code);
      int q0 = SeedBits.signed(mantissas & 15);
      int q1 = SeedBits.signed((mantissas >> 4) & 15);
      int q2 = SeedBits.signed((mantissas >> 8) & 15);
      int q3 = SeedBits.signed((mantissas >> 12) & 15);
      int column = (int) (12L * block - from);
      float sum = 0f;
      for (int c = 0; c < 12; c++) {
        int k = column + c;
        int integer = SeedBits.sumOfFour(bits, 4 * c, q0, q1, q2, q3);
        if (k >= 0 && k < columns) {
          sum += integer * x.get(k);
        }
      }
      total += sum * scalars.get((code >> 16) & 15);
    }
    sums[item] = total;
    for (int half = GROUP / 2; half > 0; half = half >> 1) {
      context.localBarrier();
      if (item < half) {
        sums[item] = sums[item] + sums[item + half];
      }
    }
    if (item == 0) {
      y.set(row, sums[0]);
    }
  }
}
