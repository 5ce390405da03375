package dev.squall.pipeline.testing;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.profiles.DeviceProfile;

/** Accepts every call and writes nothing, like a launch that silently did not happen. */
public final class NullDevice extends FakeDevice {
  public NullDevice(String id, DeviceProfile profile) {
    super(id, profile);
  }

  @Override
  protected void serve(int number, Kernel kernel, Call call) {
    // The outputs stay as they were allocated.
  }
}
