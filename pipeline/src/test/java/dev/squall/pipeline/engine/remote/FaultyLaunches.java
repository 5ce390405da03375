package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.stack.DriverStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How {@link FaultyProcess} is started, and what must be left of it. */
final class FaultyLaunches {
  static final String NAME = "faulty on tests";

  /** Long enough for a slow machine to start a JVM. */
  private static final Duration PATIENT = Duration.ofSeconds(60);

  private final Path families;

  /**
   * @param folder where a file may be written
   */
  FaultyLaunches(Path folder) throws IOException {
    this.families =
        Files.writeString(folder.resolve("families"), FaultyProcess.Family.class.getName());
  }

  ProcessLaunch launch(Fault fault) {
    return launch(fault, Optional.empty());
  }

  /**
   * @param stack a real driver that the process sees
   */
  ProcessLaunch launch(Fault fault, Optional<DriverStack> stack) {
    return new ProcessLaunch(
        NAME,
        List.of(
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--add-modules=jdk.incubator.vector"),
        FaultyProcess.class.getName(),
        List.of(families.toString(), fault.name(), "1"),
        stack,
        Map.of(),
        List.of("\\[TornadoVM-[A-Z0-9-]*JNI\\] ERROR"),
        List.of("Returned: 700"));
  }

  static TimeLimits patient() {
    return new TimeLimits(PATIENT, PATIENT, PATIENT, PATIENT);
  }

  /** Ends a call that hangs. */
  static TimeLimits briefCalls() {
    Duration brief = Duration.ofSeconds(4);
    return new TimeLimits(PATIENT, PATIENT, brief, brief);
  }

  /** JVMs that this process started and that run: devices' processes alone. */
  static List<ProcessHandle> children() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().filter(path -> path.endsWith("/java")).isPresent())
        .toList();
  }

  /** A process that is being ended takes a moment to be gone. */
  static void requireNothingLeft() throws Exception {
    for (ProcessHandle child : children()) {
      child.onExit().get(5, TimeUnit.SECONDS);
    }
    try (Stream<Path> files = Files.list(SharedMemory.ofThisProcess().newFile("any").getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("socket") || name.startsWith("log"));
    }
  }
}
