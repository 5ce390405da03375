package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;

/**
 * A way to store a matrix in few bits.
 *
 * @param name in tables
 */
public record Approximation(String name, Bits bits, Method method) {
  /** Bits a weight, which may depend on the matrix. */
  @FunctionalInterface
  public interface Bits {
    double perWeight(String name, Tensor matrix);
  }

  /** What is read back instead of a matrix. */
  @FunctionalInterface
  public interface Method {
    Tensor apply(String name, Tensor matrix);
  }
}
