package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** The definition of {@link SeedGemm} in double precision. A unit is a row of the matrix. */
final class SeedGemmReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim(SeedMatrix.ROWS);
  }

  @Override
  public void compute(Call call, long row, Expectation expectation) {
    double[] w = SeedMatvecReference.row(call, row);
    Tensor x = call.in("x");
    long rows = call.sizes().dim(SeedMatrix.ROWS);
    for (long token = 0; token < call.sizes().dim(SeedGemm.TOKENS); token++) {
      double sum = 0;
      double magnitude = 0;
      for (int k = 0; k < w.length; k++) {
        double product = w[k] * x.f32(token * w.length + k);
        sum += product;
        magnitude += Math.abs(product);
      }
      expectation.expect("y", token * rows + row, sum, magnitude);
    }
  }
}
