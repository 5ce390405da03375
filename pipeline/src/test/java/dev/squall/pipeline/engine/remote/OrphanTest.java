package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A device's process does not outlive the program that was killed while it waited for it. */
@Timeout(120)
class OrphanTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path folder;

  @Test
  void aHungDeviceEndsWithItsKilledParent() throws IOException, InterruptedException {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                HangingParent.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = parent.inputReader()) {
      assertThat(output.readLine()).isEqualTo(HangingParent.READY);
      List<ProcessHandle> devices = parent.children().toList();
      assertThat(devices).hasSize(1);
      // So that the request is there and the call hangs.
      Thread.sleep(1500);
      assertThat(devices.getFirst().isAlive()).isTrue();

      parent.destroyForcibly();
      assertThat(parent.waitFor()).isEqualTo(128 + 9);

      assertThat(devices.getFirst().onExit())
          .succeedsWithin(SOON.toMillis(), TimeUnit.MILLISECONDS);
    } finally {
      parent.descendants().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
  }
}
