package dev.squall.kernels.testing;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;

/** Reproducible random tensors. */
public final class RandomTensors {
  private RandomTensors() {}

  /** Standard normal numbers. */
  public static Tensor normal(SplittableRandom random, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }

  /** Ones with probability {@code share}, else zeros. */
  public static Tensor mask(SplittableRandom random, double share, long... shape) {
    Tensor tensor = Tensor.allocate(ElementType.U8, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.i8(i, (byte) (random.nextDouble() < share ? 1 : 0));
    }
    return tensor;
  }
}
