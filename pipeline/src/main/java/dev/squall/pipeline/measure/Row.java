package dev.squall.pipeline.measure;

import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;

/**
 * One row (along the last axis) of a tensor to fill.
 *
 * @param index number of the row in the tensor
 * @param sizes extents and parameters of the call
 * @param seed common to all rows of all inputs of a call
 * @param density share of what a mask keeps
 * @param random this row's own
 */
record Row(
    Tensor tensor, long index, Sizes sizes, long seed, double density, SplittableRandom random) {

  int length() {
    return (int) tensor.dim(tensor.rank() - 1);
  }

  /** Position on the last axis but one: a token, a group, a block; 0 if there is none. */
  long inner() {
    return tensor.rank() < 2 ? 0 : index % tensor.dim(tensor.rank() - 2);
  }

  /** Position on the axes before that: a head, a sample. */
  long outer() {
    return tensor.rank() < 2 ? 0 : index / tensor.dim(tensor.rank() - 2);
  }

  void set(int position, double value) {
    tensor.setFromDouble(index * length() + position, value);
  }

  double normal() {
    return random.nextGaussian();
  }

  /** A number whose logarithm is uniform. */
  double logUniform(double low, double high) {
    return low * Math.pow(high / low, random.nextDouble());
  }

  /** A flag among the parameters, {@code otherwise} if the kernel has no such parameter. */
  boolean flag(String parameter, boolean otherwise) {
    return (Boolean) sizes.parameters().getOrDefault(parameter, otherwise);
  }

  /** An integer among the parameters, {@code otherwise} if the kernel has no such parameter. */
  long integer(String parameter, long otherwise) {
    return (Long) sizes.parameters().getOrDefault(parameter, otherwise);
  }

  /** Fills one row. */
  @FunctionalInterface
  interface Generator {
    void fill(Row row);

    /** Every element on its own. */
    static Generator each(Element element) {
      return row -> {
        for (int i = 0; i < row.length(); i++) {
          row.set(i, element.value(row, i));
        }
      };
    }
  }

  /** The value of one element of a row. */
  @FunctionalInterface
  interface Element {
    double value(Row row, int position);
  }
}
