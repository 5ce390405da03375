package dev.squall.pipeline.stack.setup;

/** A stack could not be set up; the message says in one line why and what to do. */
public final class SetupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What stood in the way. */
  public enum Cause {
    /**
     * No root, no network, no Python, no disk space, no such package: nothing of ours is broken.
     */
    RESOURCES,
    /** A program of the package managers failed in a way we do not know. */
    FAILURE
  }

  private final Cause cause;

  SetupException(Cause cause, String message) {
    super(message);
    this.cause = cause;
  }

  static SetupException resources(String message, Object... values) {
    return new SetupException(Cause.RESOURCES, message.formatted(values));
  }

  static SetupException failure(String message, Object... values) {
    return new SetupException(Cause.FAILURE, message.formatted(values));
  }

  public Cause kind() {
    return cause;
  }
}
