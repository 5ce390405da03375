package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.profiles.CalibrationStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DevicesCommandTest {
  @TempDir private Path cache;

  @Test
  void theHostIsListedWithItsRates() {
    CommandRun run = CommandRun.of(cache, "devices");

    assertThat(run.exitCode()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(run.output().lines().toList().getFirst())
        .startsWith("device  kind  name ")
        .contains("engines", "fp32 GFLOP/s", "memory GB/s");
    assertThat(run.output())
        .containsPattern("\nhost +cpu .* threads +jvm ")
        .containsPattern("\ndevice +engine +driver .*buffer GiB.*local KiB  sub-groups.*SPIR-V\n")
        .containsPattern("\nhost +jvm ")
        .endsWith("The host's rates are assumed; ./squall calibrate measures them.\n");
  }

  @Test
  void jsonIsALineADevice() throws IOException {
    CommandRun run = CommandRun.of(cache, "devices", "--json");
    JsonNode host = new ObjectMapper().readTree(run.output().lines().toList().getFirst());

    assertThat(host.get("device").asText()).isEqualTo("host");
    assertThat(host.get("engine").asText()).isEqualTo("jvm");
    assertThat(host.get("kind").asText()).isEqualTo("cpu");
    assertThat(host.get("memory_bytes").asLong()).isPositive();
    assertThat(host.get("max_work_group").asInt()).isEqualTo(1024);
    assertThat(host.get("found").asBoolean()).isTrue();
  }

  @Test
  void aDamagedCalibrationIsNamed() throws IOException {
    CommandRun clean = CommandRun.of(cache, "devices");
    assertThat(clean.exitCode()).isZero();
    Path calibration = new CalibrationStore(cache).file();
    Files.createDirectories(calibration.getParent());
    Files.writeString(calibration, "not = [ TOML");

    CommandRun run = CommandRun.of(cache, "devices");
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors())
        .startsWith("squall: INVALID_INPUT: ")
        .contains(calibration.getFileName().toString());
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
  }
}
