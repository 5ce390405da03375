package dev.squall.pipeline.io;

import dev.squall.kernels.tensor.ElementType;
import java.util.OptionalLong;

/** Limits and sizes of shapes that files declare. */
final class Extents {
  /** As many axes as NumPy 2 knows; a longer shape is an attack or an accident. */
  static final int MOST_AXES = 64;

  private Extents() {}

  /** Bytes of a tensor, or nothing when they do not fit 63 bits. */
  static OptionalLong bytes(ElementType type, long[] shape) {
    try {
      // Multiplied in the order of Tensor, which refuses an overflow even before an extent of 0.
      long elements = 1;
      for (long extent : shape) {
        elements = Math.multiplyExact(elements, extent);
      }
      return OptionalLong.of(Math.multiplyExact(elements, type.bytes()));
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
  }
}
