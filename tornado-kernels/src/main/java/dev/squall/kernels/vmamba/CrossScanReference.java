package dev.squall.kernels.vmamba;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/** The scan in four directions, step by step in double precision; a unit is a channel. */
final class CrossScanReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim("C");
  }

  @Override
  public void compute(Call call, long channel, Expectation expectation) {
    CrossScan.scans(call.sizes()).channel(call, (int) channel, expectation);
  }
}
