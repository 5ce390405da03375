package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import java.util.Map;

/** A kernel of the catalog, run on the host's vector units. */
record HostKernel(Kernel kernel, Variant.Host code) {
  HostKernel(Kernel kernel) {
    this(kernel, (Variant.Host) kernel.variant("simd"));
  }

  /** Runs it on fresh outputs; inputs are checked as always. */
  Call run(Map<String, Tensor> inputs, Map<String, String> parameters, HostThreads threads) {
    Call call = Call.of(kernel, inputs, parameters);
    code.code().run(call, threads);
    return call;
  }
}
