package dev.squall.pipeline.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * A command run in this JVM.
 *
 * @param output what it wrote to stdout
 * @param errors what it wrote to stderr
 */
record CommandRun(int exitCode, String output, String errors) {

  /** Runs {@code arguments} with a cache of its own. */
  static CommandRun of(Path cache, String... arguments) {
    return captured(cache, () -> Main.run(arguments));
  }

  /** Runs one command object. */
  static CommandRun of(Object command, Path cache, String... arguments) {
    return captured(cache, () -> Main.run(command, arguments));
  }

  private static CommandRun captured(Path cache, IntSupplier command) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    String before = System.getProperty("squall.cache");
    try {
      System.setProperty("squall.cache", cache.toString());
      System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
      int exitCode = command.getAsInt();
      return new CommandRun(
          exitCode,
          output.toString(StandardCharsets.UTF_8),
          errors.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
      if (before == null) {
        System.clearProperty("squall.cache");
      } else {
        System.setProperty("squall.cache", before);
      }
    }
  }

  List<String> errorLines() {
    return errors.lines().toList();
  }
}
