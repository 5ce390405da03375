package dev.squall.kernels.ouromamba;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/** The definition of {@link MixedLinear}, sums in long integers. A unit is a token. */
final class MixedLinearReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("B") * sizes.dim("L");
  }

  @Override
  public void compute(Call call, long token, Expectation expectation) {
    long channels = call.sizes().dim("C");
    long outputs = call.sizes().dim("M");
    Tensor weight = call.in("weight");
    double inlierScale = call.in("inlier_scale").f32(token % call.sizes().dim("L"));
    double outlierScale = call.in("outlier_scale").f32(token);
    for (long m = 0; m < outputs; m++) {
      long inliers = 0;
      long outliers = 0;
      for (long c = 0; c < channels; c++) {
        int w = weight.i8(m * channels + c);
        inliers += (long) w * call.in("q_in").i8(token * channels + c);
        outliers += (long) w * call.in("q_out").i8(token * channels + c);
      }
      double scale = call.in("weight_scale").f32(m);
      expectation.expect(
          "y",
          token * outputs + m,
          scale * (inlierScale * inliers + outlierScale * outliers),
          Math.abs(scale) * (Math.abs(inlierScale * inliers) + Math.abs(outlierScale * outliers)));
    }
  }
}
