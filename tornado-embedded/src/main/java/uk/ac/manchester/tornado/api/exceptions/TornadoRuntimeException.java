package uk.ac.manchester.tornado.api.exceptions;

/** A task graph or a plan is invalid, or one of its tasks failed. */
public class TornadoRuntimeException extends RuntimeException {
  public TornadoRuntimeException(String message) {
    super(message);
  }

  public TornadoRuntimeException(Exception cause) {
    super(cause);
  }
}
