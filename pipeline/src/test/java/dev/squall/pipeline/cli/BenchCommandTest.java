package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @TempDir private Path cache;

  @Test
  void everyVariantHasATimeAndAVerdict() throws IOException {
    CommandRun run =
        CommandRun.of(
            cache,
            "bench",
            "xattention.select",
            "--size",
            "L=256,H=2",
            "--variant",
            "all",
            "--limit",
            "0.05",
            "--json");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output().lines().count()).isGreaterThanOrEqualTo(3);
    for (String line : run.output().lines().toList()) {
      JsonNode row = new ObjectMapper().readTree(line);
      assertThat(row.get("kernel").asText()).isEqualTo("xattention.select");
      assertThat(row.get("verdict").asText()).isEqualTo("PASSED");
      assertThat(row.get("median_milliseconds").asDouble()).isPositive();
      assertThat(row.get("sample_seconds")).isNotEmpty();
    }
  }

  @Test
  void aTimeThatIsNotCertainIsMarked() {
    CommandRun run =
        CommandRun.of(cache, "bench", "mamba.conv1d", "--size", "L=64,C=32", "--limit", "0.000001");
    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(run.output())
        .contains("mamba.conv1d", "PASSED", "the median is not known to 0.5 % yet");
  }

  @Test
  void aLimitOfZeroIsRefused() {
    CommandRun run = CommandRun.of(cache, "bench", "mamba.conv1d", "--limit", "0");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.errors())
        .isEqualTo("squall: INVALID_INPUT: --limit = 0.0: expected a number above 0\n");
  }
}
