package dev.squall.pipeline.engine.remote;

import java.util.Optional;

/**
 * Ends this process when the one that started it is gone. A call that hangs in a driver would
 * outlive a parent that was killed, since nobody reads the socket then.
 */
public final class ParentWatch {
  /** Number of the parent's process. */
  static final String PROPERTY = "squall.parent";

  private static final int EXIT_CODE = 1;

  private ParentWatch() {}

  /** Starts to watch; without the property, for example in tests, does nothing. */
  public static void start() {
    String parent = System.getProperty(PROPERTY);
    if (parent == null) {
      return;
    }
    Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(parent));
    if (process.isEmpty()) {
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    // No shutdown hooks: they could wait for the call that hangs.
    process.get().onExit().thenRun(() -> Runtime.getRuntime().halt(EXIT_CODE));
  }
}
