package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedMatvec} with a work-group for each row, or for eight where rows consist of whole
 * blocks: neighbouring work-items take neighbouring blocks, so that words are read in order, and
 * their sums meet in local memory.
 */
final class SeedMatvecTiles {
  static final int GROUP = 128;
  static final long LOCAL_BYTES = (long) GROUP * Float.BYTES;

  /** Work-items of a group that has {@link #ROWS} rows. */
  static final int ROWS_GROUP = 256;

  /** Rows of a group, half of them for each half of its work-items. */
  static final int ROWS = 8;

  /** Blocks of a row at a time, one a work-item. */
  private static final int BLOCKS = ROWS_GROUP / 2;

  /** Where the second four numbers of the blocks begin: in the other half of the memory banks. */
  private static final int SECOND = 4 * BLOCKS + 16;

  static final long ROWS_LOCAL_BYTES =
      (4L * BLOCKS + SECOND + 516 + 16 + (long) ROWS * BLOCKS) * Float.BYTES;

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
   * As {@link #multiplyFourBit}, for rows of whole blocks: an item has four rows, so that its eight
   * numbers of x serve four blocks. The bits that follow a state are the sum, without carry, of
   * those that follow its two bytes, which a table holds.
   */
  static void multiplyFourBitRows(
      KernelContext context,
      IntArray words,
      FloatArray x,
      FloatArray y,
      IntArray dims,
      FloatArray scalars) {
    float[] near = context.allocateFloatLocalArray(1040);
    // Three more than used, so that all arrays begin at multiples of 16 bytes and an item reads its
    // numbers of x four at a time.
    int[] table = context.allocateIntLocalArray(516);
    float[] factors = context.allocateFloatLocalArray(16);
    float[] sums = context.allocateFloatLocalArray(1024);
    int item = context.localIdx;
    int rows = dims.get(0);
    int columns = dims.get(1);
    int blocks = columns >> 3;
    int firstRow = context.groupIdx * ROWS;
    int half = item >> 7;
    int own = item & 127;
    // Rows beyond the last are computed as it, and not written.
    int row0 = firstRow + 4 * half < rows ? firstRow + 4 * half : rows - 1;
    int row1 = row0 + 1 < rows ? row0 + 1 : rows - 1;
    int row2 = row0 + 2 < rows ? row0 + 2 : rows - 1;
    int row3 = row0 + 3 < rows ? row0 + 3 : rows - 1;
    table[item] = SeedBits.afterNine(item);
    table[256 + item] = SeedBits.afterNine(item << 8);
    if (item < 16) {
      factors[item] = scalars.get(item) * SeedBits.UNIT;
    }
    if (item == 16) {
      // Read from memory, the constant keeps compilers from making two steps of each mask.
      table[512] = SeedBits.FLIPS;
    }
    int c = item & 7;
    float scale = c % 3 == 0 ? 64.0f : c % 3 == 1 ? 8.0f : 1.0f;
    int place = (c >> 2) * SECOND + (item >> 3) * 4 + (c & 3);
    context.localBarrier();
    int flips = table[512];
    float total0 = 0.0f;
    float total1 = 0.0f;
    float total2 = 0.0f;
    float total3 = 0.0f;
    for (int first = 0; first < blocks; first += BLOCKS) {
      int block = first + own < blocks ? first + own : blocks - 1;
      int word0 = words.get(row0 * blocks + block);
      int word1 = words.get(row1 * blocks + block);
      int word2 = words.get(row2 * blocks + block);
      int word3 = words.get(row3 * blocks + block);
      for (int n = 0; n < 4; n++) {
        int k = 8 * first + item + ROWS_GROUP * n;
        near[place + ROWS_GROUP / 2 * n] = scale * x.get(k < columns ? k : columns - 1);
      }
      context.localBarrier();
      if (first + own < blocks) {
        float x0 = near[4 * own];
        float x1 = near[4 * own + 1];
        float x2 = near[4 * own + 2];
        float x3 = near[4 * own + 3];
        float x4 = near[SECOND + 4 * own];
        float x5 = near[SECOND + 4 * own + 1];
        float x6 = near[SECOND + 4 * own + 2];
        float x7 = near[SECOND + 4 * own + 3];
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
      }
      context.localBarrier();
    }
    int slot = half * 4 * BLOCKS + own;
    sums[slot] = total0;
    sums[slot + BLOCKS] = total1;
    sums[slot + 2 * BLOCKS] = total2;
    sums[slot + 3 * BLOCKS] = total3;
    context.localBarrier();
    int part = (item >> 5) * BLOCKS + (item & 31);
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
