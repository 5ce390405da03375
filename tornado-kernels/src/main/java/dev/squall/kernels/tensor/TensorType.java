package dev.squall.kernels.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Element type and shape of a tensor that may not exist yet. */
public record TensorType(ElementType type, List<Long> shape) {
  public TensorType {
    shape = List.copyOf(shape);
  }

  public static TensorType of(Tensor tensor) {
    return new TensorType(tensor.type(), Arrays.stream(tensor.shape()).boxed().toList());
  }

  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  public long bytes() {
    return Math.multiplyExact(elements(), type.bytes());
  }

  /** For example {@code f32[9, 2048, 64]}. */
  @Override
  public String toString() {
    return type.label()
        + shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
