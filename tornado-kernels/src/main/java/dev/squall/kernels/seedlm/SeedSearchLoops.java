package dev.squall.kernels.seedlm;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link SeedSearch} as annotated loops: the scale, the pseudo-inverse of every seed's matrix, and
 * then a block an iteration, which tries every seed. Neighbouring iterations read the same inverse
 * at the same time.
 *
 * <p>Columns of some seeds are nearly parallel, and their inverse in single precision is off. Such
 * seeds come first only for blocks far below the range of exponents, which nothing fits well.
 *
 * <p>dims: weights, chunks, blocks, seeds, weights of a block, coefficients, pairs of blocks,
 * tensors (1).
 */
final class SeedSearchLoops {
  /** Weights whose exponents are added up in one iteration. */
  static final int CHUNK = 1024;

  /** Where the powers of two, the limits of exponents and the scale begin in the scalars. */
  private static final int POWERS = 16;

  private static final int LIMITS = 32;
  private static final int SCALE = 47;

  private SeedSearchLoops() {}

  /**
   * @param w f32[weights]
   * @param exponents i32[chunks,2]: the sum of ⌊log₂|w|⌋ + 128, which is positive, and how many are
   *     not zero
   */
  static void exponents(FloatArray w, IntArray exponents, IntArray dims) {
    for (@Parallel int chunk = 0; chunk < dims.get(1); chunk++) {
      int end = TornadoMath.min(dims.get(0), (chunk + 1) * CHUNK);
      int sum = 0;
      int count = 0;
      for (int i = chunk * CHUNK; i < end; i++) {
        float size = TornadoMath.abs(w.get(i));
        if (size >= 0x1p-126f) {
          int exponent = 0;
          if (size < 1f) {
            size = size * 0x1p126f;
            exponent = -126;
          }
          if (size >= 0x1p64f) {
            size = size * 0x1p-64f;
            exponent += 64;
          }
          if (size >= 0x1p32f) {
            size = size * 0x1p-32f;
            exponent += 32;
          }
          if (size >= 0x1p16f) {
            size = size * 0x1p-16f;
            exponent += 16;
          }
          if (size >= 0x1p8f) {
            size = size * 0x1p-8f;
            exponent += 8;
          }
          if (size >= 16f) {
            size = size * 0.0625f;
            exponent += 4;
          }
          if (size >= 4f) {
            size = size * 0.25f;
            exponent += 2;
          }
          if (size >= 2f) {
            exponent += 1;
          }
          sum += exponent + 128;
          count++;
        }
      }
      exponents.set(2 * chunk, sum);
      exponents.set(2 * chunk + 1, count);
    }
  }

  /**
   * @param exponents i32[chunks,2]
   * @param scale f32[1]
   */
  static void scale(IntArray exponents, FloatArray scale, IntArray dims, FloatArray scalars) {
    for (@Parallel int tensor = 0; tensor < dims.get(7); tensor++) {
      long sum = 0;
      long count = 0;
      for (int chunk = 0; chunk < dims.get(1); chunk++) {
        sum += exponents.get(2 * chunk);
        count += exponents.get(2 * chunk + 1);
      }
      int shift = 0;
      if (count > 0) {
        // Sums lifted above zero, where the quotient is rounded down.
        long lifted = 2 * sum + count + 256 * count;
        shift = (int) (lifted / (2 * count)) - 256 + 1;
        shift = TornadoMath.max(-126, TornadoMath.min(126, shift));
      }
      float power = 1f;
      for (int i = 0; i < shift; i++) {
        power = power * 2f;
      }
      for (int i = shift; i < 0; i++) {
        power = power * 0.5f;
      }
      float asked = scalars.get(SCALE);
      if (asked > 0f) {
        power = asked;
      }
      scale.set(tensor, power);
    }
  }

  /**
   * Gram–Schmidt, twice, then the triangle solved for every unit vector.
   *
   * @param inverses f32[coefficients,weights of a block,seeds]
   */
  static void bases(FloatArray inverses, IntArray dims) {
    for (@Parallel int index = 0; index < dims.get(3); index++) {
      int seeds = dims.get(3);
      int rows = dims.get(4);
      int columns = dims.get(5);
      float[] q = new float[48];
      float[] r = new float[16];
      float[] t = new float[4];
      for (int i = 0; i < 16; i++) {
        r[i] = 0f;
      }
      for (int i = 0; i < 4; i++) {
        t[i] = 0f;
      }
      long bits = SeedBits.threeBit(index + 1);
      for (int i = 0; i < rows * columns; i++) {
        int state = (int) (bits >> (i + 1)) & 0xFFFF;
        q[i] = (state - 32768) / 32767f;
      }
      for (int column = 0; column < columns; column++) {
        for (int pass = 0; pass < 2; pass++) {
          for (int before = 0; before < column; before++) {
            float share = 0f;
            for (int row = 0; row < rows; row++) {
              share += q[row * columns + before] * q[row * columns + column];
            }
            for (int row = 0; row < rows; row++) {
              q[row * columns + column] =
                  q[row * columns + column] - share * q[row * columns + before];
            }
            r[before * columns + column] = r[before * columns + column] + share;
          }
        }
        float squares = 0f;
        for (int row = 0; row < rows; row++) {
          squares += q[row * columns + column] * q[row * columns + column];
        }
        float norm = TornadoMath.sqrt(squares);
        for (int row = 0; row < rows; row++) {
          q[row * columns + column] = q[row * columns + column] / norm;
        }
        r[column * columns + column] = norm;
      }
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          int column = columns - 1 - i;
          float value = q[row * columns + column];
          for (int after = column + 1; after < columns; after++) {
            value -= r[column * columns + after] * t[after];
          }
          t[column] = value / r[column * columns + column];
          inverses.set((column * rows + row) * seeds + index, t[column]);
        }
      }
    }
  }

  /**
   * @param w f32[weights]
   * @param inverses f32[coefficients,weights of a block,seeds]
   * @param scale f32[1]
   * @param codes i32[blocks,2]: state and exponent + 8, mantissas
   * @param error f32[blocks]
   */
  static void search(
      FloatArray w,
      FloatArray inverses,
      FloatArray scale,
      IntArray codes,
      FloatArray error,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int block = 0; block < dims.get(2); block++) {
      int weights = dims.get(0);
      int seeds = dims.get(3);
      int rows = dims.get(4);
      int columns = dims.get(5);
      float[] x = new float[12];
      int[] q = new int[4];
      float inverse = 1f / scale.get(0);
      float largestWeight = 0f;
      for (int c = 0; c < rows; c++) {
        int at = block * rows + c;
        float value = 0f;
        if (at < weights) {
          value = w.get(at) * inverse;
        }
        x[c] = value;
        largestWeight = TornadoMath.max(largestWeight, TornadoMath.abs(value));
      }
      float least = 3e38f;
      int bestState = 1;
      int bestExponent = 0;
      int bestMantissas = 0;
      for (int index = 0; index < seeds; index++) {
        float[] t = new float[4];
        float largest = 0f;
        for (int p = 0; p < columns; p++) {
          float sum = 0f;
          for (int c = 0; c < rows; c++) {
            sum += inverses.get((p * rows + c) * seeds + index) * x[c];
          }
          t[p] = sum;
          largest = TornadoMath.max(largest, TornadoMath.abs(sum));
        }
        int exponent = 0;
        if (largest > scalars.get(LIMITS + 7)) {
          exponent = 8;
        }
        if (largest > scalars.get(LIMITS + exponent + 3)) {
          exponent += 4;
        }
        if (largest > scalars.get(LIMITS + exponent + 1)) {
          exponent += 2;
        }
        if (largest > scalars.get(LIMITS + exponent)) {
          exponent += 1;
        }
        float power = scalars.get(POWERS + exponent);
        int mantissas = 0;
        for (int p = 0; p < columns; p++) {
          float value = TornadoMath.max(-8f, TornadoMath.min(7f, t[p] * power));
          // Truncation of a positive number rounds down; exact halves go to the even neighbour.
          int rounded = (int) (value + 8.5f) - 8;
          int odd = rounded & 1;
          if (rounded - value == 0.5f) {
            rounded = rounded - odd;
          }
          q[p] = rounded;
          mantissas = mantissas | ((rounded & 15) << (4 * p));
        }
        float factor = scalars.get(exponent);
        long bits = SeedBits.threeBit(index + 1);
        float sum = 0f;
        for (int c = 0; c < rows; c++) {
          int integer = 0;
          for (int p = 0; p < columns; p++) {
            int state = (int) (bits >> (c * columns + p + 1)) & 0xFFFF;
            integer += q[p] * (state - 32768);
          }
          float difference = x[c] - integer * factor;
          sum += difference * difference;
        }
        if (sum < least) {
          least = sum;
          bestState = index + 1;
          bestExponent = exponent;
          bestMantissas = mantissas;
        }
      }
      float relative = 0f;
      if (largestWeight > 0f) {
        long bits = SeedBits.threeBit(bestState);
        float factor = scalars.get(bestExponent);
        float squares = 0f;
        float all = 0f;
        for (int c = 0; c < rows; c++) {
          int integer = 0;
          for (int p = 0; p < columns; p++) {
            int state = (int) (bits >> (c * columns + p + 1)) & 0xFFFF;
            int mantissa = SeedBits.signed((bestMantissas >> (4 * p)) & 15);
            integer += mantissa * (state - 32768);
          }
          float value = x[c] / largestWeight;
          float difference = (x[c] - integer * factor) / largestWeight;
          squares += difference * difference;
          all += value * value;
        }
        relative = TornadoMath.sqrt(squares / all);
      } else {
        bestState = 1;
        bestExponent = 0;
        bestMantissas = 0;
      }
      codes.set(2 * block, bestState | (bestExponent << 16));
      codes.set(2 * block + 1, bestMantissas);
      error.set(block, relative);
    }
  }

  /**
   * @param codes i32[blocks,2]
   * @param words i32[blocks]
   */
  static void packFourBit(IntArray codes, IntArray words, IntArray dims) {
    for (@Parallel int block = 0; block < dims.get(2); block++) {
      words.set(block, codes.get(2 * block) | (codes.get(2 * block + 1) << 20));
    }
  }

  /**
   * @param codes i32[blocks,2]
   * @param words u8[9·pairs]
   */
  static void packThreeBit(IntArray codes, ByteArray words, IntArray dims) {
    for (@Parallel int pair = 0; pair < dims.get(6); pair++) {
      long even = codes.get(4 * pair) | ((long) codes.get(4 * pair + 1) << 20);
      // State 1 and no mantissas: zeros.
      long odd = 1;
      if (2 * pair + 1 < dims.get(2)) {
        odd = codes.get(4 * pair + 2) | ((long) codes.get(4 * pair + 3) << 20);
      }
      for (int i = 0; i < 4; i++) {
        words.set(9 * pair + i, (byte) (int) ((even >> (8 * i)) & 255L));
        words.set(9 * pair + 5 + i, (byte) (int) ((odd >> (8 * i + 4)) & 255L));
      }
      words.set(9 * pair + 4, (byte) (int) (((even >> 32) & 15L) | ((odd & 15L) << 4)));
    }
  }
}
