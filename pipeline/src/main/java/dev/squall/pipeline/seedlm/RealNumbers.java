package dev.squall.pipeline.seedlm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/** Single-precision numbers in other formats, rounded to the nearest, halves to even. */
final class RealNumbers {
  private static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private RealNumbers() {}

  static Tensor cast(Tensor numbers, ElementType type) {
    if (type == ElementType.F32) {
      return numbers;
    }
    Tensor cast = Tensor.allocate(type, numbers.shape());
    for (long i = 0; i < numbers.elements(); i++) {
      float value = numbers.f32(i);
      switch (type) {
        case F16 -> cast.data().set(I16, 2 * i, Float.floatToFloat16(value));
        case BF16 -> cast.data().set(I16, 2 * i, brainFloat(value));
        case F64 -> cast.data().set(F64, 8 * i, value);
        default -> throw SquallException.invalidInput(type + " holds no real numbers");
      }
    }
    return cast;
  }

  /** The upper half of the bits; finite numbers only. */
  private static short brainFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int half = 0x7FFF + ((bits >>> 16) & 1);
    return (short) ((bits + half) >>> 16);
  }
}
