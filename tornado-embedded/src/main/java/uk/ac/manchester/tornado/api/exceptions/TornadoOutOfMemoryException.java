package uk.ac.manchester.tornado.api.exceptions;

/** The device cannot hold a buffer. */
public class TornadoOutOfMemoryException extends RuntimeException {
  public TornadoOutOfMemoryException(String message) {
    super(message);
  }
}
