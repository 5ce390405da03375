package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedMatvec} as annotated loops, a row an iteration: its blocks one after another, of the
 * first and the last perhaps a part.
 */
final class SeedMatvecLoops {
  private SeedMatvecLoops() {}

  /**
   * @param words i32[blocks]
   * @param x f32[K]
   * @param y f32[M]
   * @param dims M, K
   * @param scalars factor by stored exponent
   */
  static void multiplyFourBit(
      IntArray words, FloatArray x, FloatArray y, IntArray dims, FloatArray scalars) {
    for (@Parallel int row = 0; row < dims.get(0); row++) {
      int columns = dims.get(1);
      long from = (long) row * columns;
      int firstBlock = (int) (from >> 3);
      int lastBlock = (int) ((from + columns - 1) >> 3);
      float total = 0f;
      for (int block = firstBlock; block <= lastBlock; block++) {
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
      y.set(row, total);
    }
  }

  /**
   * @param words u8[9·blocks/2]
   * @param x f32[K]
   * @param y f32[M]
   * @param dims M, K
   * @param scalars factor by stored exponent
   */
  static void multiplyThreeBit(
      ByteArray words, FloatArray x, FloatArray y, IntArray dims, FloatArray scalars) {
    for (@Parallel int row = 0; row < dims.get(0); row++) {
      int columns = dims.get(1);
      long from = (long) row * columns;
      int firstBlock = (int) (from / 12);
      int lastBlock = (int) ((from + columns - 1) / 12);
      float total = 0f;
      for (int block = firstBlock; block <= lastBlock; block++) {
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
      y.set(row, total);
    }
  }
}
