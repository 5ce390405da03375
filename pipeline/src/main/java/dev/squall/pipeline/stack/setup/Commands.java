package dev.squall.pipeline.stack.setup;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Runs programs of the system. */
public interface Commands {
  /**
   * Runs {@code command} to its end, its two output streams as one.
   *
   * @param each gets every line as it comes
   */
  Outcome run(List<String> command, Duration limit, Consumer<String> each);

  /** How a program ended. */
  enum End {
    EXITED,
    /** There is no such program. */
    NOT_FOUND,
    TIMED_OUT
  }

  /**
   * @param exitCode what it answered; meaningless unless it exited
   * @param lines its last lines
   */
  record Outcome(End end, int exitCode, List<String> lines) {
    public Outcome {
      lines = List.copyOf(lines);
    }

    public boolean good() {
      return end == End.EXITED && exitCode == 0;
    }

    /** Whether a line contains one of {@code words}. */
    boolean says(String... words) {
      for (String line : lines) {
        for (String word : words) {
          if (line.contains(word)) {
            return true;
          }
        }
      }
      return false;
    }
  }
}
