package dev.squall.pipeline.stack.setup;

import dev.squall.pipeline.stack.setup.Commands.Outcome;
import java.util.List;

/** The line of a failed program's output that says most. */
final class LastWords {
  private LastWords() {}

  /** The last line that begins with {@code mark}, or the last line, or the exit code. */
  static String of(Outcome outcome, String mark) {
    List<String> spoken = outcome.lines().stream().filter(line -> !line.isBlank()).toList();
    return spoken.reversed().stream()
        .filter(line -> line.startsWith(mark))
        .findFirst()
        .or(() -> spoken.reversed().stream().findFirst())
        .map(String::strip)
        .orElse("exit code " + outcome.exitCode());
  }
}
