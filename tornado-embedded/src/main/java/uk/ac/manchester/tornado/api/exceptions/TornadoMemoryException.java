package uk.ac.manchester.tornado.api.exceptions;

/** A plan needs more device memory than its limit allows. */
public class TornadoMemoryException extends RuntimeException {
  public TornadoMemoryException(String message) {
    super(message);
  }
}
