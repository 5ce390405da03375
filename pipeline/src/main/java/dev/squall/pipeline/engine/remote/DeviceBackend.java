package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.DeviceSession;
import java.util.List;

/** A driver interface inside a device's process. */
public interface DeviceBackend {
  /**
   * The devices that the driver shows, in an order that does not change.
   *
   * @throws SquallException UNSUPPORTED where the interface itself cannot be had, saying why
   */
  List<DeviceFacts> enumerate();

  /**
   * Makes a device ready for work.
   *
   * @param index of its {@link DeviceFacts}
   * @param memoryBytes that calls may use at once
   * @throws SquallException with the class of what went wrong
   */
  DeviceSession open(int index, long memoryBytes);
}
