package dev.squall.pipeline.model.store;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.Origin;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Python's package installer, asked to download and not to install. */
public final class Pip implements PackageSource {
  /** How pip is started, best first. */
  private static final List<List<String>> COMMANDS =
      List.of(List.of("python3", "-m", "pip"), List.of("pip3"), List.of("pip"));

  private static final List<String> DOWNLOAD =
      List.of(
          "download",
          "--no-deps",
          "--only-binary",
          ":all:",
          "--disable-pip-version-check",
          "--no-input",
          "--quiet");

  private final List<List<String>> commands;

  public Pip() {
    this(COMMANDS);
  }

  Pip(List<List<String>> commands) {
    this.commands = commands;
  }

  @Override
  public Path download(String requirement, Path folder) {
    for (List<String> command : commands) {
      Result result = run(command, requirement, folder);
      if (result.started() && result.output().contains("No module named pip")) {
        continue;
      }
      if (result.started() && result.exitCode() == 0) {
        return only(folder, requirement);
      }
      if (result.started()) {
        throw SquallException.invalidInput(
            "pip could not download %s: %s".formatted(requirement, lastLine(result.output())));
      }
    }
    throw new SquallException(
        ErrorClass.UNSUPPORTED,
        "no pip was found to download %s with; install Python 3 with pip".formatted(requirement));
  }

  private record Result(boolean started, int exitCode, String output) {}

  private static Result run(List<String> command, String requirement, Path folder) {
    List<String> words = new ArrayList<>(command);
    words.addAll(DOWNLOAD);
    words.addAll(List.of("--dest", folder.toString(), requirement));
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(true, process.waitFor(), output);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Result(true, -1, "interrupted");
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      return new Result(false, -1, Origin.reason(e));
    }
  }

  private static Path only(Path folder, String requirement) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .findFirst()
          .orElseThrow(
              () -> SquallException.invalidInput("pip brought no file for " + requirement));
    } catch (IOException e) {
      throw Origin.of(folder).fault("cannot be read: " + Origin.reason(e));
    }
  }

  /** Pip names the reason last. */
  private static String lastLine(String output) {
    return Origin.escape(
        output.lines().filter(line -> !line.isBlank()).reduce("no reason given", (a, b) -> b));
  }
}
