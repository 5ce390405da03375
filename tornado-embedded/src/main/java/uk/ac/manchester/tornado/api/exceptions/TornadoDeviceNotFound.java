package uk.ac.manchester.tornado.api.exceptions;

/** No device has the given back end and index. */
public class TornadoDeviceNotFound extends TornadoRuntimeException {
  public TornadoDeviceNotFound(String message) {
    super(message);
  }
}
