package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.TestTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that mix attention and Mamba, on small tensors. */
class HybridLineTest {
  @TempDir private Path cache;
  @TempDir private Path input;

  @BeforeEach
  void writeTensors() {
    TestTensors.attention(90).forEach(this::write);
    TestTensors.scan(24, 70).forEach(this::write);
  }

  @Test
  void textGoesThroughAttentionAndTwoScans() {
    CommandRun run = run("--line", "hybrid-text", "--variant", "scan=loops");

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    requirePassed(run, "attention", "quantize", "scan", "mamba");
  }

  @Test
  void anImageIsScannedBeforeItsLinesAttendToEachOther() {
    CommandRun run = run("--line", "hybrid-vision", "--param", "attention.scale=0.5");

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    requirePassed(run, "mamba", "attention");
  }

  @Test
  void whatALineDoesNotKnowIsRefused() {
    assertThat(run("--line", "hybrid-sound").errors())
        .contains("no line named hybrid-sound; there are: default, hybrid-text, hybrid-vision");
    assertThat(run("--line", "hybrid-text", "--stride", "8").errors())
        .contains("belong to the default line, not to hybrid-text");
    assertThat(run("--line", "hybrid-vision", "--param", "quantize.refresh=5").errors())
        .contains("parameter quantize.refresh belongs to no stage of the line hybrid-vision");
    assertThat(run("--line", "hybrid-vision", "--device", "scan=host").errors())
        .contains("no stage named scan; there are: mamba, attention");
  }

  private static void requirePassed(CommandRun run, String... stages) {
    List<String> lines = run.output().lines().toList();
    for (int i = 0; i < stages.length; i++) {
      assertThat(lines.get(i + 1)).startsWith(stages[i] + " ").endsWith("PASSED");
    }
  }

  private CommandRun run(String... more) {
    List<String> words = new ArrayList<>(List.of("run", "--input", input.toString()));
    words.addAll(List.of("--repeat", "0"));
    words.addAll(List.of(more));
    return CommandRun.of(cache, words.toArray(String[]::new));
  }

  private void write(String name, Tensor tensor) {
    NpyFile.write(input.resolve(name + ".npy"), tensor);
  }
}
