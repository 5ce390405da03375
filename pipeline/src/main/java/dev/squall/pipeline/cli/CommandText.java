package dev.squall.pipeline.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;

/** The command line as the user could type it again. */
final class CommandText {
  private CommandText() {}

  static String of(CommandSpec spec) {
    List<String> words = spec.root().commandLine().getParseResult().originalArgs();
    return words.stream()
        .map(word -> word.matches("[\\w./:=,+-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(Collectors.joining(" ", "./squall ", ""));
  }
}
