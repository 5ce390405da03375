package dev.squall.pipeline.stack.setup;

import dev.squall.pipeline.io.Folders;
import dev.squall.pipeline.stack.setup.Commands.End;
import dev.squall.pipeline.stack.setup.Commands.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Packages in a folder of their own, by pip: in a virtual environment, or as a bare target. */
final class PythonPackages {
  private static final Duration LOOK = Duration.ofSeconds(60);
  private static final Duration CREATE = Duration.ofMinutes(5);
  private static final Duration INSTALL = Duration.ofMinutes(30);
  private static final String PYTHON = "python3";

  private final Commands commands;
  private final Consumer<String> progress;

  PythonPackages(Commands commands, Consumer<String> progress) {
    this.commands = commands;
    this.progress = progress;
  }

  /** Fills {@code folder}, which does not exist yet; libraries come to lie in its {@code lib}. */
  void install(List<String> packages, Path folder) throws IOException {
    if (!commands.run(List.of(PYTHON, "--version"), LOOK, line -> {}).good()) {
      throw SetupException.resources(
          "there is no python3; run: sudo apt-get install -y python3-venv; then this command again");
    }
    progress.accept("making a virtual environment");
    List<String> command = new ArrayList<>();
    if (commands.run(List.of(PYTHON, "-m", "venv", folder.toString()), CREATE, progress).good()) {
      command.add(folder.resolve("bin").resolve("python").toString());
      command.addAll(List.of("-m", "pip", "install"));
    } else if (commands.run(List.of(PYTHON, "-m", "pip", "--version"), LOOK, line -> {}).good()) {
      Folders.delete(folder); // Debian's python3 without ensurepip leaves half of one
      command.addAll(List.of(PYTHON, "-m", "pip", "install", "--target", folder.toString()));
    } else {
      throw SetupException.resources(
          "python3 has neither venv nor pip; run: sudo apt-get install -y python3-venv; then this"
              + " command again");
    }
    command.addAll(List.of("--progress-bar", "off", "--only-binary", ":all:"));
    command.addAll(packages);
    Outcome outcome = commands.run(command, INSTALL, progress);
    if (!outcome.good()) {
      throw fault(outcome, String.join(" ", packages));
    }
  }

  private static SetupException fault(Outcome outcome, String packages) {
    if (outcome.end() == End.TIMED_OUT) {
      return SetupException.failure(
          "pip did not end within %d minutes; try again on a faster line", INSTALL.toMinutes());
    }
    if (outcome.says("No space left", "Errno 28", "Disk quota exceeded")) {
      return SetupException.resources("the disk is full: %s take about 1 GB", packages);
    }
    // An unreachable index also ends in "No matching distribution", so it is asked for first.
    if (outcome.says(
        "NewConnectionError",
        "ConnectTimeoutError",
        "Failed to establish a new connection",
        "Temporary failure in name resolution",
        "ProxyError",
        "Read timed out",
        "SSLError")) {
      return SetupException.resources(
          "no network: pip cannot reach its index for %s; go online or set a proxy", packages);
    }
    if (outcome.says("No matching distribution found", "Could not find a version")) {
      return SetupException.resources(
          "pip's index does not have it: %s", LastWords.of(outcome, "ERROR:"));
    }
    return SetupException.failure("pip failed: %s", LastWords.of(outcome, "ERROR:"));
  }
}
