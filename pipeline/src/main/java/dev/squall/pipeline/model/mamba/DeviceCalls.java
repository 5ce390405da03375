package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Precision;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Kernels on one device, each by the variant that was fastest when it first ran there. Tensors go
 * there and back with every call.
 */
final class DeviceCalls implements KernelCalls, AutoCloseable {
  /** Runs of each variant before one is chosen; the first pays for its compilation. */
  private static final int TRIALS = 3;

  private final Devices devices;
  private final Device device;
  private final DeviceSession session;
  private final TensorMemory memory;
  private final Map<String, Variant> chosen = new HashMap<>();

  DeviceCalls(Devices devices, Device device) {
    this.devices = devices;
    this.device = device;
    session = devices.open(device);
    memory = devices.memory(List.of(device));
  }

  @Override
  public Call run(Kernel kernel, Map<String, Tensor> inputs, Map<String, String> parameters) {
    Sizes sizes = KernelCalls.sizes(kernel, inputs, parameters);
    Call call = new Call(sizes, inputs, kernel.signature().allocateOutputs(sizes, memory));
    Variant variant =
        chosen.computeIfAbsent(kernel.id() + parameters, key -> fastest(kernel, call));
    session.run(kernel, variant, call);
    session.forget(call);
    return call;
  }

  private Variant fastest(Kernel kernel, Call call) {
    Variant best = null;
    double least = Double.POSITIVE_INFINITY;
    for (Variant variant : kernel.variants()) {
      if (variant.precision() == Precision.SINGLE
          && devices.supports(device, variant, call.sizes()).supported()) {
        double seconds = Double.POSITIVE_INFINITY;
        for (int trial = 0; trial < TRIALS; trial++) {
          seconds = Math.min(seconds, session.run(kernel, variant, call).total());
        }
        if (seconds < least) {
          least = seconds;
          best = variant;
        }
      }
    }
    if (best == null) {
      throw SquallException.unsupported(
          "%s has no variant for %s".formatted(kernel.id(), device.qualifiedId()));
    }
    return best;
  }

  @Override
  public void close() {
    session.close();
  }
}
