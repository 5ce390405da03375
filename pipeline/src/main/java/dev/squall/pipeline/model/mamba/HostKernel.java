package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import java.util.HashMap;
import java.util.Map;

/** A kernel of the catalog, run on the host's vector units. */
record HostKernel(Kernel kernel, Variant.Host code) {
  HostKernel(Kernel kernel) {
    this(kernel, (Variant.Host) kernel.variant("simd"));
  }

  /** Runs it on fresh outputs. Shapes are checked; values are our own, so they are not. */
  Call run(Map<String, Tensor> inputs, Map<String, String> parameters, HostThreads threads) {
    Map<String, TensorType> types = new HashMap<>();
    inputs.forEach((port, tensor) -> types.put(port, TensorType.of(tensor)));
    Sizes sizes = kernel.signature().bind(types, parameters);
    Call call = new Call(sizes, inputs, kernel.signature().allocateOutputs(sizes));
    code.code().run(call, threads);
    return call;
  }
}
