package dev.squall.tests.conformance;

import dev.squall.kernels.tensor.Tensor;

/**
 * What replaces the values of one input.
 *
 * @param port name of the input
 * @param constant whether {@code number} takes the place of every value, or multiplies it
 */
record Edge(String port, boolean constant, double number) {
  void apply(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.setFromDouble(i, constant ? number : number * tensor.asDouble(i));
    }
  }

  /** {@code v:=0.5} for a constant, {@code v*=1.0E30} for a factor. */
  @Override
  public String toString() {
    return port + (constant ? ":=" : "*=") + number;
  }
}
