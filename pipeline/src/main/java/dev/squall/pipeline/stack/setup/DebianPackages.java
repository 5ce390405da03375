package dev.squall.pipeline.stack.setup;

import dev.squall.pipeline.stack.setup.Commands.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Packages of the whole machine, by dpkg and apt-get. */
final class DebianPackages {
  private static final Duration LOOK = Duration.ofSeconds(60);
  private static final Duration INSTALL = Duration.ofMinutes(30);

  /** Seconds to wait for another apt-get. */
  private static final String PATIENCE = "DPkg::Lock::Timeout=120";

  private final Commands commands;
  private final Consumer<String> progress;

  DebianPackages(Commands commands, Consumer<String> progress) {
    this.commands = commands;
    this.progress = progress;
  }

  /** Whether this system is managed by dpkg. */
  boolean hasManager() {
    return commands.run(List.of("dpkg-query", "--version"), LOOK, line -> {}).good();
  }

  /**
   * Installs those of {@code packages} that are missing.
   *
   * @return whether anything was installed
   */
  boolean ensure(List<String> packages) {
    List<String> missing = missing(packages);
    if (missing.isEmpty()) {
      return false;
    }
    String names = String.join(" ", missing);
    if (!root()) {
      throw SetupException.resources(
          "installing %s needs root; run: sudo apt-get install -y %s; then this command again",
          names, names);
    }
    Outcome outcome = install(missing);
    if (!outcome.good() && staleLists(outcome)) {
      update();
      outcome = install(missing);
    }
    if (!outcome.good()) {
      throw fault(outcome, names);
    }
    return true;
  }

  private List<String> missing(List<String> packages) {
    List<String> missing = new ArrayList<>();
    for (String name : packages) {
      Outcome outcome =
          commands.run(
              List.of("dpkg-query", "--show", "--showformat=${Status}\\n", name), LOOK, line -> {});
      if (outcome.end() == Commands.End.NOT_FOUND) {
        throw SetupException.resources(
            "this system has no dpkg and apt-get; install what Debian calls %s with its own package"
                + " manager",
            String.join(", ", packages));
      }
      if (!outcome.good() || !outcome.says("install ok installed")) {
        missing.add(name);
      }
    }
    return missing;
  }

  private boolean root() {
    Outcome outcome = commands.run(List.of("id", "-u"), LOOK, line -> {});
    return outcome.good() && outcome.lines().equals(List.of("0"));
  }

  private Outcome install(List<String> packages) {
    progress.accept("apt-get install " + String.join(" ", packages));
    List<String> command =
        new ArrayList<>(
            List.of("apt-get", "install", "-y", "--no-install-recommends", "-o", PATIENCE));
    command.addAll(packages);
    return commands.run(command, INSTALL, progress);
  }

  private void update() {
    progress.accept("apt-get update");
    Outcome outcome = commands.run(List.of("apt-get", "update", "-o", PATIENCE), INSTALL, progress);
    if (!outcome.good()) {
      throw fault(outcome, "the package lists");
    }
  }

  private static boolean staleLists(Outcome outcome) {
    return unknown(outcome) || outcome.says("404 ");
  }

  private static boolean unknown(Outcome outcome) {
    return outcome.says("Unable to locate package", "has no installation candidate");
  }

  private static SetupException fault(Outcome outcome, String what) {
    if (outcome.end() == Commands.End.NOT_FOUND) {
      return SetupException.resources("there is no apt-get to install %s with", what);
    }
    if (outcome.end() == Commands.End.TIMED_OUT) {
      return SetupException.failure(
          "apt-get did not end within %d minutes; run it by hand: sudo apt-get install -y %s",
          INSTALL.toMinutes(), what);
    }
    if (unknown(outcome)) {
      return SetupException.resources(
          "the package sources of this machine do not have %s; add one that does to"
              + " /etc/apt/sources.list.d (Debian 12 has it in main)",
          what);
    }
    if (outcome.says(
        "Could not resolve", "Temporary failure", "Could not connect", "Failed to fetch")) {
      return SetupException.resources(
          "no network: apt-get cannot reach its sources for %s; go online or set a proxy", what);
    }
    if (outcome.says("Could not get lock", "Unable to acquire the dpkg")) {
      return SetupException.resources("another apt-get is at work; try again when it is done");
    }
    if (outcome.says("No space left", "not have enough free space")) {
      return SetupException.resources("the disk is full; free space and try again");
    }
    return SetupException.failure("apt-get failed on %s: %s", what, LastWords.of(outcome, "E:"));
  }
}
