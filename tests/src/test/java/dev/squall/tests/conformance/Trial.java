package dev.squall.tests.conformance;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;

/** A case on one device by one variant that supports it. */
record Trial(ConformanceCase one, Kernel kernel, Device device, Variant variant) {
  /** Runs on inputs and outputs of its own. */
  Call run(ConformanceDevices devices) {
    Call call = CaseInputs.call(kernel, one);
    run(devices, call);
    return call;
  }

  void run(ConformanceDevices devices, Call call) {
    devices.session(device).run(kernel, variant, call);
  }

  String reproducer() {
    return one.reproducer(device.id(), variant.name());
  }

  @Override
  public String toString() {
    return "%s %s on %s".formatted(one, variant.name(), device.qualifiedId());
  }
}
