package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/** {@link SeedSearch} on the host's vector units, see {@link SeedEncoder}. */
final class SeedSearchSimd {
  private SeedSearchSimd() {}

  static long workspaceBytes(Sizes sizes) {
    SeedFormat format = SeedDecode.format(sizes);
    long coefficients = format.coefficients();
    long ofSeed = coefficients * format.weights() * (Float.BYTES + Double.BYTES);
    return sizes.integer("seeds") * (ofSeed + coefficients * coefficients * Double.BYTES);
  }

  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    SeedFormat format = SeedDecode.format(sizes);
    Tensor w = call.in("w");
    int shift = SeedSearch.shift(call);
    SeedBlock[] found = new SeedBlock[sizes.extent(SeedSearch.BLOCKS)];
    double[] errors = new double[found.length];
    SeedEncoder.of(format.label(), sizes.integer("seeds"))
        .encode(w, shift, threads, done -> {}, found, errors);
    call.out("words").data().copyFrom(format.pack(List.of(found)).data());
    call.out("scale").f32(0, Math.scalb(1f, shift));
    for (int block = 0; block < found.length; block++) {
      double squares = 0;
      long first = (long) block * format.weights();
      for (long i = first; i < Math.min(w.elements(), first + format.weights()); i++) {
        double value = Math.scalb((double) w.f32(i), -shift);
        squares += value * value;
      }
      double relative = squares == 0 ? 0 : Math.sqrt(errors[block] / squares);
      call.out("error").f32(block, (float) relative);
    }
  }
}
