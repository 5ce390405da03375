package dev.squall.kernels.error;

/** A failure with its class and one line that says what, where and what to do. */
public class SquallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorClass errorClass;

  public SquallException(ErrorClass errorClass, String message) {
    super(message);
    this.errorClass = errorClass;
  }

  public SquallException(ErrorClass errorClass, String message, Throwable cause) {
    super(message, cause);
    this.errorClass = errorClass;
  }

  public static SquallException invalidInput(String message) {
    return new SquallException(ErrorClass.INVALID_INPUT, message);
  }

  public static SquallException unsupported(String message) {
    return new SquallException(ErrorClass.UNSUPPORTED, message);
  }

  public ErrorClass errorClass() {
    return errorClass;
  }
}
