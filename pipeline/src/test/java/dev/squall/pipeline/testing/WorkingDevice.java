package dev.squall.pipeline.testing;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.profiles.DeviceProfile;
import java.util.function.Consumer;

/** Computes right results with the kernels' references, whatever the variant. */
public final class WorkingDevice extends FakeDevice {
  private final Consumer<Call> before;

  public WorkingDevice(String id, DeviceProfile profile) {
    this(id, profile, call -> {});
  }

  /**
   * @param before told of every call before it is computed, on the thread that makes it
   */
  public WorkingDevice(String id, DeviceProfile profile, Consumer<Call> before) {
    super(id, profile);
    this.before = before;
  }

  @Override
  protected void serve(int number, Kernel kernel, Call call) {
    before.accept(call);
    compute(kernel, call);
  }
}
