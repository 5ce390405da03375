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

/** Where a model's kernels run. */
interface KernelCalls {
  /** Runs a kernel on fresh outputs. Shapes are checked; values are our own, so they are not. */
  Call run(Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters);

  static Sizes sizes(Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Map<String, TensorType> types = new HashMap<>();
    inputs.forEach((port, tensor) -> types.put(port, TensorType.of(tensor)));
    return kernel.signature().bind(types, parameters);
  }

  /** On the host's vector units. */
  record Host(HostThreads threads) implements KernelCalls {
    @Override
    public Call run(Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters) {
      Sizes sizes = sizes(kernel, inputs, parameters);
      Call call = new Call(sizes, inputs, kernel.signature().allocateOutputs(sizes));
      ((Variant.Host) kernel.variant("simd")).code().run(call, threads);
      return call;
    }
  }
}
