package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;

/**
 * A way to store a matrix in few bits.
 *
 * @param name in tables
 */
public record Approximation(String name, Bits bits, Method method) {
  /** Bits a weight, which may depend on the shape. */
  @FunctionalInterface
  public interface Bits {
    double perWeight(Tensor matrix);
  }

  /** What is read back instead of a matrix. */
  @FunctionalInterface
  public interface Method {
    Tensor apply(String name, Tensor matrix);
  }

  /** Columns weighted by activations around another way; its factors cost 16 bits a column. */
  public Approximation weighted(ActivationScales scales) {
    return new Approximation(
        name + ", by activations",
        matrix -> bits.perWeight(matrix) + 16.0 / matrix.dim(0),
        (tensor, matrix) -> {
          double[] factors = scales.factors(tensor, (int) matrix.dim(1));
          Tensor found = method.apply(tensor, ActivationScales.scaled(matrix, factors, false));
          return ActivationScales.scaled(found, factors, true);
        });
  }
}
