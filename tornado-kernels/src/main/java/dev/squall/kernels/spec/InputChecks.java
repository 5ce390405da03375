package dev.squall.kernels.spec;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Checks of input values that kernels share. */
public final class InputChecks {
  private InputChecks() {}

  /** No NaN and no infinity in an F32 tensor; other types pass. */
  public static void requireFinite(String kernel, String port, Tensor tensor) {
    if (tensor.type() != ElementType.F32) {
      return;
    }
    MemorySegment data = tensor.data();
    long count = tensor.elements();
    for (long i = 0; i < count; i++) {
      float value = data.get(ValueLayout.JAVA_FLOAT_UNALIGNED, i << 2);
      if (!Float.isFinite(value)) {
        throw SquallException.invalidInput(
            "%s: input %s has %s at %s"
                .formatted(kernel, port, value, Arrays.toString(position(tensor, i))));
      }
    }
  }

  /** Every element of an F32 tensor in [minimum, maximum]. */
  public static void requireRange(
      String kernel, String port, Tensor tensor, float minimum, float maximum) {
    long count = tensor.elements();
    for (long i = 0; i < count; i++) {
      float value = tensor.f32(i);
      if (!(value >= minimum && value <= maximum)) {
        throw SquallException.invalidInput(
            "%s: input %s has %s at %s, expected %s to %s"
                .formatted(
                    kernel, port, value, Arrays.toString(position(tensor, i)), minimum, maximum));
      }
    }
  }

  /** The coordinates of element {@code index}. */
  public static long[] position(Tensor tensor, long index) {
    long[] position = new long[tensor.rank()];
    long rest = index;
    for (int axis = tensor.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % tensor.dim(axis);
      rest /= tensor.dim(axis);
    }
    return position;
  }
}
