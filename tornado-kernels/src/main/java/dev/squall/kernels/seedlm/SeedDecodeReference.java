package dev.squall.kernels.seedlm;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/** The definition of {@link SeedDecode}: steps the register bit by bit. A unit is a block. */
final class SeedDecodeReference implements Reference {
  @Override
  public long units(Sizes sizes) {
    return sizes.dim(SeedDecode.BLOCKS);
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    SeedFormat format = SeedDecode.format(call.sizes());
    SeedBlock block = format.block(call.in("words"), unit);
    double factor = SeedBlock.factor(block.exponent());
    int[] sums = block.sums(format.weights());
    for (int c = 0; c < sums.length; c++) {
      expectation.expect("w", unit * format.weights() + c, sums[c] * factor);
    }
  }
}
