package dev.squall.kernels.modm;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.Tensor;

/** Embeddings of length one, so that a dot product is a cosine. */
public final class UnitRows {
  /** How far a length may be from one: what half-precision storage does to a row, and some. */
  static final double SLACK = 2e-3;

  private UnitRows() {}

  /**
   * Every row of an f32[rows, width] tensor is finite and of length one.
   *
   * @throws SquallException INVALID_INPUT naming {@code owner}, {@code name}, the row and its
   *     length
   */
  public static void require(String owner, String name, Tensor tensor) {
    HostThreads.all().forEach(tensor.dim(0), row -> requireRow(owner, name, tensor, row));
  }

  private static void requireRow(String owner, String name, Tensor tensor, long row) {
    double length = length(tensor, row);
    if (!(Math.abs(length - 1) <= SLACK)) {
      throw SquallException.invalidInput(
          "%s: input %s has length %s at row %d, expected rows of length 1: normalise them"
              .formatted(owner, name, (float) length, row));
    }
  }

  private static double length(Tensor tensor, long row) {
    long width = tensor.dim(1);
    double sum = 0;
    for (long i = row * width; i < (row + 1) * width; i++) {
      double value = tensor.f32(i);
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
