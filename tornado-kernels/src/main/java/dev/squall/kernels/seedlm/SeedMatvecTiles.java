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

  /** Rows of a group, where rows consist of whole blocks. */
  static final int ROWS = 8;

  /** Blocks of a row in local memory at a time, one a work-item. */
  private static final int BLOCKS = GROUP;

  /** Four more than the blocks, so that the numbers of neighbouring columns lie in other banks. */
  private static final int PITCH = BLOCKS + 4;

  static final long ROWS_LOCAL_BYTES = (8L * PITCH + 513 + 16 + (long) ROWS * GROUP) * Float.BYTES;

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

  /**
   * As {@link #multiplyFourBit}, for rows of whole blocks: a group has {@link #ROWS} rows, so that
   * an item's eight numbers of x serve as many blocks. The bits that follow a state are the sum,
   * without carry, of those that follow its two bytes, which a table holds.
   */
  static void multiplyFourBitRows(
      KernelContext context,
      IntArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    float[] near = context.allocateFloatLocalArray(1056);
    int[] table = context.allocateIntLocalArray(513);
    float[] factors = context.allocateFloatLocalArray(16);
    float[] sums = context.allocateFloatLocalArray(1024);
    int item = context.localIdx;
    int rows = dims.get(0);
    int columns = dims.get(1);
    int blocks = columns >> 3;
    int firstRow = context.groupIdx * ROWS;
    int lastStep = (rows - 1 - firstRow) * blocks;
    int step1 = firstRow + 1 < rows ? 1 * blocks : lastStep;
    int step2 = firstRow + 2 < rows ? 2 * blocks : lastStep;
    int step3 = firstRow + 3 < rows ? 3 * blocks : lastStep;
    int step4 = firstRow + 4 < rows ? 4 * blocks : lastStep;
    int step5 = firstRow + 5 < rows ? 5 * blocks : lastStep;
    int step6 = firstRow + 6 < rows ? 6 * blocks : lastStep;
    int step7 = firstRow + 7 < rows ? 7 * blocks : lastStep;
    for (int n = 0; n < 2; n++) {
      int low = item + GROUP * n;
      table[low] = SeedBits.afterNine(low);
      table[256 + low] = SeedBits.afterNine(low << 8);
    }
    if (item < 16) {
      factors[item] = scalars.get(item) * SeedBits.UNIT;
    }
    if (item == 16) {
      table[512] = SeedBits.FLIPS;
    }
    int c = item & 7;
    float scale = c % 3 == 0 ? 64.0f : c % 3 == 1 ? 8.0f : 1.0f;
    int place = c * PITCH + (item >> 3);
    context.localBarrier();
    int flips = table[512];
    float total0 = 0.0f;
    float total1 = 0.0f;
    float total2 = 0.0f;
    float total3 = 0.0f;
    float total4 = 0.0f;
    float total5 = 0.0f;
    float total6 = 0.0f;
    float total7 = 0.0f;
    for (int first = 0; first < blocks; first += BLOCKS) {
      int own = first + item < blocks ? first + item : blocks - 1;
      int at = firstRow * blocks + own;
      int word0 = words.get(at);
      int word1 = words.get(at + step1);
      int word2 = words.get(at + step2);
      int word3 = words.get(at + step3);
      int word4 = words.get(at + step4);
      int word5 = words.get(at + step5);
      int word6 = words.get(at + step6);
      int word7 = words.get(at + step7);
      for (int n = 0; n < 8; n++) {
        int k = 8 * first + item + GROUP * n;
        float value = 0.0f;
        if (k < columns) {
          value = x.get(k);
        }
        near[place + 16 * n] = scale * value;
      }
      context.localBarrier();
      float x0 = near[item];
      float x1 = near[PITCH + item];
      float x2 = near[2 * PITCH + item];
      float x3 = near[3 * PITCH + item];
      float x4 = near[4 * PITCH + item];
      float x5 = near[5 * PITCH + item];
      float x6 = near[6 * PITCH + item];
      float x7 = near[7 * PITCH + item];
      total0 +=
          factors[(word0 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word0,
                  table[word0 & 255] ^ table[256 + ((word0 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total1 +=
          factors[(word1 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word1,
                  table[word1 & 255] ^ table[256 + ((word1 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total2 +=
          factors[(word2 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word2,
                  table[word2 & 255] ^ table[256 + ((word2 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total3 +=
          factors[(word3 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word3,
                  table[word3 & 255] ^ table[256 + ((word3 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total4 +=
          factors[(word4 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word4,
                  table[word4 & 255] ^ table[256 + ((word4 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total5 +=
          factors[(word5 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word5,
                  table[word5 & 255] ^ table[256 + ((word5 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total6 +=
          factors[(word6 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word6,
                  table[word6 & 255] ^ table[256 + ((word6 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total7 +=
          factors[(word7 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word7,
                  table[word7 & 255] ^ table[256 + ((word7 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      context.localBarrier();
    }
    sums[item] = total0;
    sums[128 + item] = total1;
    sums[256 + item] = total2;
    sums[384 + item] = total3;
    sums[512 + item] = total4;
    sums[640 + item] = total5;
    sums[768 + item] = total6;
    sums[896 + item] = total7;
    context.localBarrier();
    int part = (item >> 4) * GROUP + (item & 15);
    float sum = 0.0f;
    for (int n = 0; n < 8; n++) {
      sum += sums[part + 16 * n];
    }
    near[item] = sum;
    context.localBarrier();
    if (item < ROWS) {
      float total = 0.0f;
      for (int n = 0; n < 16; n++) {
        total += near[16 * item + n];
      }
      if (firstRow + item < rows) {
        y.set(firstRow + item, total);
      }
    }
  }

  /**
   * As {@link #multiplyFourBit}, for rows of whole blocks: a group has {@link #ROWS} rows, so that
   * an item's eight numbers of x serve as many blocks. The bits that follow a state are the sum,
   * without carry, of those that follow its two bytes, which a table holds.
   */
  static void multiplyFourBitHalves(
      KernelContext context,
      IntArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    float[] near = context.allocateFloatLocalArray(1056);
    int[] table = context.allocateIntLocalArray(513);
    float[] factors = context.allocateFloatLocalArray(16);
    float[] sums = context.allocateFloatLocalArray(1024);
    int item = context.localIdx;
    int rows = dims.get(0);
    int columns = dims.get(1);
    int blocks = columns >> 3;
    int firstRow = context.groupIdx * ROWS;
    int half = item >> 7;
    int own = item & 127;
    int topRow = firstRow + 4 * half < rows ? firstRow + 4 * half : rows - 1;
    int lastStep = (rows - 1 - topRow) * blocks;
    int step1 = topRow + 1 < rows ? 1 * blocks : lastStep;
    int step2 = topRow + 2 < rows ? 2 * blocks : lastStep;
    int step3 = topRow + 3 < rows ? 3 * blocks : lastStep;
    table[item] = SeedBits.afterNine(item);
    table[256 + item] = SeedBits.afterNine(item << 8);
    if (item < 16) {
      factors[item] = scalars.get(item) * SeedBits.UNIT;
    }
    if (item == 16) {
      table[512] = SeedBits.FLIPS;
    }
    int c = item & 7;
    float scale = c % 3 == 0 ? 64.0f : c % 3 == 1 ? 8.0f : 1.0f;
    int place = c * PITCH + (item >> 3);
    context.localBarrier();
    int flips = table[512];
    float total0 = 0.0f;
    float total1 = 0.0f;
    float total2 = 0.0f;
    float total3 = 0.0f;
    for (int first = 0; first < blocks; first += BLOCKS) {
      int block = first + own < blocks ? first + own : blocks - 1;
      int at = topRow * blocks + block;
      int word0 = words.get(at);
      int word1 = words.get(at + step1);
      int word2 = words.get(at + step2);
      int word3 = words.get(at + step3);
      for (int n = 0; n < 4; n++) {
        int k = 8 * first + item + 256 * n;
        float value = 0.0f;
        if (k < columns) {
          value = x.get(k);
        }
        near[place + 32 * n] = scale * value;
      }
      context.localBarrier();
      float x0 = near[own];
      float x1 = near[PITCH + own];
      float x2 = near[2 * PITCH + own];
      float x3 = near[3 * PITCH + own];
      float x4 = near[4 * PITCH + own];
      float x5 = near[5 * PITCH + own];
      float x6 = near[6 * PITCH + own];
      float x7 = near[7 * PITCH + own];
      total0 +=
          factors[(word0 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word0,
                  table[word0 & 255] ^ table[256 + ((word0 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total1 +=
          factors[(word1 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word1,
                  table[word1 & 255] ^ table[256 + ((word1 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total2 +=
          factors[(word2 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word2,
                  table[word2 & 255] ^ table[256 + ((word2 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      total3 +=
          factors[(word3 >> 16) & 15]
              * SeedBits.dotOfFourBit(
                  word3,
                  table[word3 & 255] ^ table[256 + ((word3 >> 8) & 255)],
                  flips,
                  x0,
                  x1,
                  x2,
                  x3,
                  x4,
                  x5,
                  x6,
                  x7);
      context.localBarrier();
    }
    int slot = half * 512 + own;
    sums[slot] = total0;
    sums[slot + 128] = total1;
    sums[slot + 256] = total2;
    sums[slot + 384] = total3;
    context.localBarrier();
    int part = (item >> 5) * 128 + (item & 31);
    near[item] = sums[part] + sums[part + 32] + sums[part + 64] + sums[part + 96];
    context.localBarrier();
    if (item < ROWS) {
      float total = 0.0f;
      for (int n = 0; n < 32; n++) {
        total += near[32 * item + n];
      }
      if (firstRow + item < rows) {
        y.set(firstRow + item, total);
      }
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
