package dev.squall.pipeline.testing;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.profiles.DeviceProfile;

/** Fails with a chosen class, or answers with wrong numbers. Its other calls are right. */
public final class FaultyDevice extends FakeDevice {
  private final Fault fault;

  private FaultyDevice(String id, DeviceProfile profile, Fault fault) {
    super(id, profile);
    this.fault = fault;
  }

  /** What goes wrong. */
  private sealed interface Fault {
    record AtCall(int number, ErrorClass errorClass) implements Fault {}

    record AtOpen(ErrorClass errorClass) implements Fault {}

    record WrongNumbers() implements Fault {}
  }

  /** Call number {@code number}, counted from 1, fails with {@code errorClass}. */
  public static FaultyDevice failingAt(
      int number, ErrorClass errorClass, String id, DeviceProfile profile) {
    return new FaultyDevice(id, profile, new Fault.AtCall(number, errorClass));
  }

  /** Cannot be opened. */
  public static FaultyDevice closed(ErrorClass errorClass, String id, DeviceProfile profile) {
    return new FaultyDevice(id, profile, new Fault.AtOpen(errorClass));
  }

  /** Every element of every output is off by one. */
  public static FaultyDevice wrong(String id, DeviceProfile profile) {
    return new FaultyDevice(id, profile, new Fault.WrongNumbers());
  }

  @Override
  public DeviceSession open(Device asked) {
    if (fault instanceof Fault.AtOpen(ErrorClass errorClass)) {
      throw new SquallException(errorClass, device().id() + " cannot be opened");
    }
    return super.open(asked);
  }

  @Override
  protected void serve(int number, Kernel kernel, Call call) {
    if (fault instanceof Fault.AtCall(int faulty, ErrorClass errorClass) && number == faulty) {
      throw new SquallException(errorClass, device().id() + " failed at call " + number);
    }
    compute(kernel, call);
    if (fault instanceof Fault.WrongNumbers) {
      call.outputs().values().forEach(FaultyDevice::spoil);
    }
  }

  private static void spoil(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      if (tensor.type() == ElementType.F32 || tensor.type() == ElementType.I32) {
        tensor.setFromDouble(i, tensor.asDouble(i) + 1);
      } else {
        tensor.i8(i, (byte) (tensor.i8(i) + 1));
      }
    }
  }
}
