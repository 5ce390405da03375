package uk.ac.manchester.tornado.api.exceptions;

/** A task of a graph is declared wrongly, for example twice under one name. */
public class TornadoTaskRuntimeException extends RuntimeException {
  public TornadoTaskRuntimeException(String message) {
    super(message);
  }

  public TornadoTaskRuntimeException(String message, Exception cause) {
    super(message, cause);
  }
}
