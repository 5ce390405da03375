package dev.squall.kernels.seedlm;

import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/**
 * The power of two by which a tensor is divided before it is compressed: exponents of blocks have
 * an absolute range, best used by weights around 1.
 *
 * <p>2^(m + 1), where m is the mean of ⌊log₂|w|⌋ over the weights that are not zero, rounded with
 * halves up. Outliers hardly move it, and being made of integers it is the same on every device.
 * Subnormal weights count as zeros.
 */
final class SeedScale {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Scales and what they are divided by are normal numbers. */
  static final int LARGEST = 126;

  private SeedScale() {}

  /** The exponent of the scale of finite weights. */
  static int shift(Tensor weights) {
    long sum = 0;
    long count = 0;
    for (long i = 0; i < weights.elements(); i++) {
      float value = weights.data().get(F32, i * Float.BYTES);
      if (Math.abs(value) >= Float.MIN_NORMAL) {
        sum += Math.getExponent(value);
        count++;
      }
    }
    return shift(sum, count);
  }

  static int shift(long sum, long count) {
    if (count == 0) {
      return 0;
    }
    return Math.clamp(Math.floorDiv(2 * sum + count, 2 * count) + 1, -LARGEST, LARGEST);
  }
}
