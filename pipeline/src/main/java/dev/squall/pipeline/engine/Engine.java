package dev.squall.pipeline.engine;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.TensorMemory;
import java.util.List;

/** A way to run kernels on devices. Listing devices is cheap; opening one may be slow and fail. */
public interface Engine {
  /** {@code jvm}, {@code opencl}, {@code levelzero}, {@code tornado}, … */
  String name();

  /** Finds devices; neither fails nor crashes, whatever the drivers do. */
  Enumeration enumerate();

  /** Where tensors should lie that its devices read and write. */
  default TensorMemory memory() {
    return TensorMemory.PRIVATE;
  }

  /** What this engine cannot run on a device, beyond what the variant itself refuses. */
  default Support supports(Device device, Variant variant, Sizes sizes) {
    return Support.yes();
  }

  /**
   * Makes a device of this engine ready for work.
   *
   * @throws SquallException with the class of what went wrong
   */
  DeviceSession open(Device device);

  /** What an engine found, and what it looked for in vain. */
  record Enumeration(List<Device> devices, List<MissingDevice> missing) {
    public Enumeration {
      devices = List.copyOf(devices);
      missing = List.copyOf(missing);
    }
  }
}
