package dev.squall.pipeline.engine;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;

/** The user asked for a device that is not here. */
public final class NoSuchDeviceException extends SquallException {
  private static final long serialVersionUID = 1L;

  public NoSuchDeviceException(String message) {
    super(ErrorClass.INVALID_INPUT, message);
  }
}
