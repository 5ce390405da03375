package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.BrokenFamily;
import dev.squall.pipeline.testing.TestTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line does when dense attention is broken. */
class BrokenKernelTest {
  private static final int TOKENS = 20;

  @TempDir private Path folder;
  @TempDir private Path services;

  private Path input;

  @BeforeEach
  void writeTensors() throws IOException {
    input = Files.createDirectory(folder.resolve("input"));
    for (Map.Entry<String, Tensor> tensor : TestTensors.attention(TOKENS).entrySet()) {
      NpyFile.write(input.resolve(tensor.getKey() + ".npy"), tensor.getValue());
    }
  }

  @Test
  void wrongNumbersAreAWrongResult() throws IOException {
    CommandRun run = kernelRun(BrokenFamily.WritesOnes.class);

    assertFailed(
        run,
        ExitCodes.WRONG_RESULT,
        "squall: WRONG_RESULT: attention.dense (simd on host) is WRONG: output o at [");
    assertThat(run.output()).isEmpty();
    assertNothingWritten();
  }

  @Test
  void unwrittenOutputsAreMistrusted() throws IOException {
    assertFailed(
        kernelRun(BrokenFamily.WritesNothing.class),
        ExitCodes.WRONG_RESULT,
        "squall: WRONG_RESULT: attention.dense (simd on host) is MISTRUSTED: output o at [");
    assertFailed(
        kernelRun(BrokenFamily.WritesZeros.class),
        ExitCodes.WRONG_RESULT,
        "squall: WRONG_RESULT: attention.dense (simd on host) is MISTRUSTED: output o at [");
    assertNothingWritten();
  }

  @Test
  void whatIsForcedFailsWithItsClass() throws IOException {
    assertFailed(
        kernelRun(BrokenFamily.LosesTheDevice.class, "--variant", "simd"),
        ExitCodes.FAILURE,
        "squall: DEVICE_LOST: it broke");
    assertFailed(
        kernelRun(BrokenFamily.LosesTheDevice.class, "--device", "host"),
        ExitCodes.FAILURE,
        "squall: DEVICE_LOST: it broke");
    assertFailed(
        kernelRun(BrokenFamily.RunsOutOfMemory.class, "--variant", "simd"),
        ExitCodes.RESOURCES,
        "squall: OUT_OF_MEMORY: it broke");
    assertNothingWritten();
  }

  @Test
  void autoFallsBackAndTells() throws IOException {
    CommandRun run = kernelRun(BrokenFamily.LosesTheDevice.class, "--json");

    assertThat(run.exitCode()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(run.output())
        .contains("\"variant\":\"reference\"")
        .contains(
            "\"events\":[\"DEVICE_LOST: simd on host failed: it broke;"
                + " reference on host serves instead\"]");
    assertThat(folder.resolve("o.npy")).exists();
  }

  @Test
  void aFaultOfOurOwnIsOneLineToo() throws IOException {
    assertFailed(
        kernelRun(BrokenFamily.Crashes.class), ExitCodes.FAILURE, "squall: internal error: ");
    assertNothingWritten();
  }

  @Test
  void theLinePrintsItsReportAndFails() throws IOException {
    CommandRun run = lineRun(BrokenFamily.WritesOnes.class, "--out", folder + "/out");

    assertFailed(
        run,
        ExitCodes.WRONG_RESULT,
        "squall: WRONG_RESULT: stage dense (simd on host) is WRONG: output o at [");
    assertThat(run.output()).contains("dense is WRONG: output o at [");
    assertThat(folder.resolve("out/report.md")).exists();
    assertThat(lineRun(BrokenFamily.WritesNothing.class, "--quiet").output())
        .isEqualTo("MISTRUSTED\n");
  }

  @Test
  void wrongTimesAreNotRemembered() throws IOException {
    run(
        BrokenFamily.WritesOnes.class,
        Stream.of(),
        List.of("run", "--input", input.toString(), "--repeat", "3"));

    Path history = folder.resolve("cache/history.jsonl");
    assertThat(history).content().contains("xattention.scores").doesNotContain("attention.dense");
  }

  @Test
  void aLineThatFellBackIsGoodUnlessStrict() {
    CommandRun mended = lineRun(BrokenFamily.LosesTheDevice.class);
    assertThat(mended.exitCode()).isZero();
    assertThat(mended.output())
        .contains(
            "DEVICE_LOST at dense: simd on host failed: it broke; reference on host serves"
                + " instead");

    CommandRun strict = lineRun(BrokenFamily.LosesTheDevice.class, "--strict");
    assertFailed(
        strict,
        ExitCodes.FAILURE,
        "squall: DEVICE_LOST: --strict: stage dense: simd on host failed: it broke; ");
    assertThat(strict.output()).contains("PASSED");
  }

  private CommandRun kernelRun(Class<? extends BrokenFamily> family, String... more) {
    return run(
        family,
        Stream.of("q", "k", "v")
            .flatMap(name -> Stream.of("--in", name + "=" + input.resolve(name + ".npy"))),
        List.of("kernel", "run", "attention.dense", "--out", "o=" + folder.resolve("o.npy")),
        more);
  }

  private CommandRun lineRun(Class<? extends BrokenFamily> family, String... more) {
    return run(
        family, Stream.of(), List.of("run", "--input", input.toString(), "--repeat", "0"), more);
  }

  private CommandRun run(
      Class<? extends BrokenFamily> family,
      Stream<String> inputs,
      List<String> command,
      String... more) {
    List<String> words = new ArrayList<>(command);
    inputs.forEach(words::add);
    words.addAll(List.of(more));
    return BrokenFamily.within(
        family,
        services,
        () -> CommandRun.of(folder.resolve("cache"), words.toArray(String[]::new)));
  }

  private static void assertFailed(CommandRun run, int exitCode, String line) {
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).startsWith(line);
    assertThat(run.exitCode()).isEqualTo(exitCode);
  }

  private void assertNothingWritten() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(path -> path.getFileName().toString())).containsExactly("input");
    }
  }
}
