package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** The definition of {@link SeedMatvec} in double precision. A unit is a row. */
final class SeedMatvecReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim(SeedMatrix.ROWS);
  }

  @Override
  public void compute(Call call, long row, Expectation expectation) {
    double[] w = row(call, row);
    Tensor x = call.in("x");
    double sum = 0;
    double magnitude = 0;
    for (int k = 0; k < w.length; k++) {
      double product = w[k] * x.f32(k);
      sum += product;
      magnitude += Math.abs(product);
    }
    expectation.expect("y", row, sum, magnitude);
  }

  /** The weights of one row of the matrix. */
  static double[] row(Call call, long row) {
    SeedMatrix matrix = SeedMatrix.of(call.sizes());
    SeedFormat format = matrix.format();
    double[] w = new double[matrix.columns()];
    long first = row * matrix.columns();
    for (int k = 0; k < w.length; ) {
      long block = (first + k) / format.weights();
      int c = (int) ((first + k) % format.weights());
      SeedBlock decoded = format.block(call.in("words"), block);
      int[] sums = decoded.sums(format.weights());
      double factor = SeedBlock.factor(decoded.exponent());
      for (; c < sums.length && k < w.length; c++, k++) {
        w[k] = sums[c] * factor;
      }
    }
    return w;
  }
}
