package dev.squall.pipeline.arc;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program of another package, run with a time limit. */
record Tool(Path program) {
  private static final long LIMIT_SECONDS = 300;
  private static final long MOST_OUTPUT_BYTES = 1 << 20;

  /**
   * @param path folders as in {@code PATH}
   */
  static Optional<Tool> find(String name, String path) {
    for (String folder : path.split(File.pathSeparator)) {
      if (!folder.isBlank()) {
        Path program = Path.of(folder, name);
        if (Files.isRegularFile(program) && Files.isExecutable(program)) {
          return Optional.of(new Tool(program));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Changes with the program and with libraries that it loads.
   *
   * @param libraries beginnings of their files' names
   */
  String identity(String... libraries) {
    StringBuilder text = new StringBuilder();
    try {
      Path real = program.toRealPath();
      describe(real, text);
      Path home = real.getParent().getParent();
      for (String folder : List.of("lib", "lib64", "lib/x86_64-linux-gnu")) {
        for (String library : libraries) {
          try (DirectoryStream<Path> files =
              Files.newDirectoryStream(home.resolve(folder), library + "*")) {
            for (Path file : files) {
              describe(file, text);
            }
          } catch (NoSuchFileException | NotDirectoryException e) {
            // Another system's folder.
          }
        }
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.toString();
  }

  private static void describe(Path file, StringBuilder text) throws IOException {
    text.append("%s %d %s;".formatted(file, Files.size(file), Files.getLastModifiedTime(file)));
  }

  /**
   * @param exitCode 128 and more for a signal
   * @param output of both streams
   */
  record Ended(int exitCode, String output) {
    /** The first line that says what went wrong. */
    String complaint() {
      return output
          .lines()
          .map(String::strip)
          .filter(line -> line.toLowerCase(java.util.Locale.ROOT).contains("error"))
          .findFirst()
          .orElse(
              "%s (exit code %d)"
                  .formatted(output.lines().findFirst().orElse("no output"), exitCode));
    }
  }

  /**
   * @param folder to run in
   * @param environment on top of this process's
   * @throws SquallException TIMEOUT, or UNSUPPORTED if it does not start
   */
  Ended run(Path folder, Map<String, String> environment, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    Path log = folder.resolve("output-" + Thread.currentThread().threadId());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.directory(folder.toFile());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(log.toFile());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      try {
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          throw new SquallException(
              ErrorClass.TIMEOUT, "%s did not end within %d s".formatted(program, LIMIT_SECONDS));
        }
        return new Ended(process.exitValue(), text(log));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw SquallException.unsupported("%s does not run: %s".formatted(program, e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SquallException(ErrorClass.TIMEOUT, program + " was interrupted");
    }
  }

  private static String text(Path log) throws IOException {
    try (var in = Files.newInputStream(log)) {
      return new String(in.readNBytes((int) MOST_OUTPUT_BYTES), StandardCharsets.UTF_8);
    }
  }
}
