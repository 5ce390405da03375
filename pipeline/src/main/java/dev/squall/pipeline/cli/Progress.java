package dev.squall.pipeline.cli;

/** One line on stderr that is written over as work proceeds; silent unless stderr is a terminal. */
final class Progress implements AutoCloseable {
  /** Erases to the end of the line. */
  private static final String ERASE = "\u001b[K";

  private final boolean shown;

  Progress(boolean quiet) {
    // The launcher looks whether its own stderr is a terminal; the JVM cannot tell.
    shown = !quiet && "1".equals(System.getenv("SQUALL_STDERR_IS_TERMINAL"));
  }

  void show(String text) {
    if (shown) {
      System.err.print("\r" + text + ERASE);
      System.err.flush();
    }
  }

  /** Leaves the line to others. */
  void clear() {
    show("");
  }

  @Override
  public void close() {
    clear();
  }
}
