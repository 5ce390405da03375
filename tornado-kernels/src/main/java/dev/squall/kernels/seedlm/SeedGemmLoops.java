package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedGemm} as annotated loops, a row of the matrix for {@link #TOKENS} tokens an iteration,
 * so that a block is decoded once for these. Tokens beyond the last stand in for the last and are
 * not written.
 */
final class SeedGemmLoops {
  /** Tokens that share a decoded block. */
  static final int TOKENS = 4;

  private SeedGemmLoops() {}

  /**
   * @param words i32[blocks]
   * @param x f32[L,K]
   * @param y f32[L,M]
   * @param dims M, K, L, ⌈L / 4⌉
   * @param scalars factor by stored exponent
   */
  static void multiplyFourBit(
      IntArray words, FloatArray x, FloatArray y, IntArray dims, FloatArray scalars) {
    for (@Parallel int row = 0; row < dims.get(0); row++) {
      for (@Parallel int group = 0; group < dims.get(3); group++) {
        int rows = dims.get(0);
        int columns = dims.get(1);
        int last = dims.get(2) - 1;
        int token = group * TOKENS;
        int x0 = token * columns;
        int x1 = TornadoMath.min(token + 1, last) * columns;
        int x2 = TornadoMath.min(token + 2, last) * columns;
        int x3 = TornadoMath.min(token + 3, last) * columns;
        long from = (long) row * columns;
        int firstBlock = (int) (from >> 3);
        int lastBlock = (int) ((from + columns - 1) >> 3);
        float total0 = 0f;
        float total1 = 0f;
        float total2 = 0f;
        float total3 = 0f;
        for (int block = firstBlock; block <= lastBlock; block++) {
          int word = words.get(block);
          long bits = SeedBits.fourBit(word);
          int q0 = SeedBits.signed((word >> 20) & 15);
          int q1 = SeedBits.signed((word >> 24) & 15);
          int q2 = SeedBits.signed((word >> 28) & 15);
          int column = (int) (((long) block << 3) - from);
          float sum0 = 0f;
          float sum1 = 0f;
          float sum2 = 0f;
          float sum3 = 0f;
          for (int c = 0; c < 8; c++) {
            int k = column + c;
            int integer = SeedBits.sumOfThree(bits, 3 * c, q0, q1, q2);
            if (k >= 0 && k < columns) {
              sum0 += integer * x.get(x0 + k);
              sum1 += integer * x.get(x1 + k);
              sum2 += integer * x.get(x2 + k);
              sum3 += integer * x.get(x3 + k);
            }
          }
          float factor = scalars.get((word >> 16) & 15);
          total0 += sum0 * factor;
          total1 += sum1 * factor;
          total2 += sum2 * factor;
          total3 += sum3 * factor;
        }
        y.set(token * rows + row, total0);
        if (token + 1 <= last) {
          y.set((token + 1) * rows + row, total1);
        }
        if (token + 2 <= last) {
          y.set((token + 2) * rows + row, total2);
        }
        if (token + 3 <= last) {
          y.set((token + 3) * rows + row, total3);
        }
      }
    }
  }

  /**
   * @param words u8[9·blocks/2]
   * @param x f32[L,K]
   * @param y f32[L,M]
   * @param dims M, K, L, ⌈L / 4⌉
   * @param scalars factor by stored exponent
   */
  static void multiplyThreeBit(
      ByteArray words, FloatArray x, FloatArray y, IntArray dims, FloatArray scalars) {
    for (@Parallel int row = 0; row < dims.get(0); row++) {
      for (@Parallel int group = 0; group < dims.get(3); group++) {
        int rows = dims.get(0);
        int columns = dims.get(1);
        int last = dims.get(2) - 1;
        int token = group * TOKENS;
        int x0 = token * columns;
        int x1 = TornadoMath.min(token + 1, last) * columns;
        int x2 = TornadoMath.min(token + 2, last) * columns;
        int x3 = TornadoMath.min(token + 3, last) * columns;
        long from = (long) row * columns;
        int firstBlock = (int) (from / 12);
        int lastBlock = (int) ((from + columns - 1) / 12);
        float total0 = 0f;
        float total1 = 0f;
        float total2 = 0f;
        float total3 = 0f;
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
          float sum0 = 0f;
          float sum1 = 0f;
          float sum2 = 0f;
          float sum3 = 0f;
          for (int c = 0; c < 12; c++) {
            int k = column + c;
            int integer = SeedBits.sumOfFour(bits, 4 * c, q0, q1, q2, q3);
            if (k >= 0 && k < columns) {
              sum0 += integer * x.get(x0 + k);
              sum1 += integer * x.get(x1 + k);
              sum2 += integer * x.get(x2 + k);
              sum3 += integer * x.get(x3 + k);
            }
          }
          float factor = scalars.get((code >> 16) & 15);
          total0 += sum0 * factor;
          total1 += sum1 * factor;
          total2 += sum2 * factor;
          total3 += sum3 * factor;
        }
        y.set(token * rows + row, total0);
        if (token + 1 <= last) {
          y.set((token + 1) * rows + row, total1);
        }
        if (token + 2 <= last) {
          y.set((token + 2) * rows + row, total2);
        }
        if (token + 3 <= last) {
          y.set((token + 3) * rows + row, total3);
        }
      }
    }
  }
}
