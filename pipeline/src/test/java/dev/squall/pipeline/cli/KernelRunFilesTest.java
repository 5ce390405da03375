package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.testing.TestTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and words of {@code kernel run} on a kernel with two outputs. */
class KernelRunFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeTensors() {
    TestTensors.scan(4, 12).forEach((name, tensor) -> NpyFile.write(file(name), tensor));
  }

  @Test
  void outputsAreWrittenWhereTheyAreAskedFor() throws IOException {
    CommandRun run = scan("--out", "y=" + file("y"), "--out", "last_state=" + file("state"));

    assertThat(run.errors()).isEmpty();
    assertThat(run.exitCode()).isZero();
    assertThat(NpyFile.read(file("y")).shape()).containsExactly(4, 12);
    assertThat(NpyFile.read(file("state")).shape()).containsExactly(4, 4);
    assertThat(names()).noneMatch(name -> name.endsWith(".tmp"));
  }

  @Test
  void anOlderOutputIsReplaced() throws IOException {
    Files.writeString(file("y"), "old");
    assertThat(scan("--out", "y=" + file("y")).exitCode()).isZero();

    assertThat(NpyFile.read(file("y")).shape()).containsExactly(4, 12);
  }

  @Test
  void anOlderOutputSurvivesAFailure() throws IOException {
    Files.writeString(file("y"), "old");
    assertRefused(
        "INVALID_INPUT: stage mamba.selective_scan: mamba.selective_scan: parameter softplus"
            + " = maybe: expected true or false",
        scan("--out", "y=" + file("y"), "--param", "softplus=maybe"));

    assertThat(file("y")).hasContent("old");
  }

  @Test
  void withoutOutputsNothingIsWritten() throws IOException {
    List<String> before = names();
    assertThat(scan().exitCode()).isZero();

    assertThat(names()).isEqualTo(before);
  }

  @Test
  void allOutputsAreLookedAtBeforeTheRun() throws IOException {
    Path taken = Files.createDirectory(folder.resolve("taken"));
    List<String> before = names();

    assertRefused(
        "INVALID_INPUT: --out last_state: " + taken + " exists and is not a regular file",
        scan("--out", "y=" + file("y"), "--out", "last_state=" + taken));
    assertRefused(
        "INVALID_INPUT: --out y: / exists and is not a regular file", scan("--out", "y=/"));
    assertRefused(
        "INVALID_INPUT: --out last_state: no folder " + folder.resolve("none"),
        scan("--out", "y=" + file("y"), "--out", "last_state=" + folder.resolve("none/s.npy")));
    assertRefused(
        "INVALID_INPUT: --out y and --out last_state are the same file " + file("y"),
        scan("--out", "y=" + file("y"), "--out", "last_state=" + file("y")));
    assertThat(names()).isEqualTo(before);
  }

  @Test
  void damagedFilesAreNamed() throws IOException {
    byte[] whole = Files.readAllBytes(file("u"));
    for (int length : new int[] {0, 5, 20, 100, whole.length - 1}) {
      Files.write(file("u"), Arrays.copyOf(whole, length));
      CommandRun run = scan("--out", "y=" + file("y"));

      assertRefused("INVALID_INPUT: " + file("u") + ": ", run);
      assertThat(file("y")).doesNotExist();
    }
    Files.write(file("u"), Arrays.copyOf(whole, whole.length + 1));
    assertRefused("INVALID_INPUT: " + file("u") + ": ", scan("--out", "y=" + file("y")));
    Files.delete(file("u"));
    assertRefused("INVALID_INPUT: " + file("u") + ": no such file", scan());
    Files.createDirectory(file("u"));
    assertRefused("INVALID_INPUT: " + file("u") + ": not a regular file", scan());
  }

  @Test
  void valuesThatAreNoNumbersAreNamedByPortAndPlace() {
    Tensor broken = Tensor.of(new float[48], 4, 12);
    broken.f32(2 * 12 + 5, Float.NaN);
    NpyFile.write(file("u"), broken);

    assertRefused(
        "INVALID_INPUT: mamba.selective_scan: input u has NaN at [2, 5]",
        scan("--out", "y=" + file("y")));
    assertThat(file("y")).doesNotExist();
  }

  @Test
  void shapesAndTypesAreNamedByPort() {
    NpyFile.write(file("b"), Tensor.of(new float[4 * 11], 1, 4, 11));
    assertRefused(
        "INVALID_INPUT: stage mamba.selective_scan: mamba.selective_scan: input b has L = 11, but"
            + " u has L = 12",
        scan());
    NpyFile.write(file("b"), Tensor.allocate(ElementType.I32, 1, 4, 12));
    assertRefused(
        "INVALID_INPUT: stage mamba.selective_scan: mamba.selective_scan: input b must be f32, got"
            + " i32[1, 4, 12]",
        scan());
  }

  @Test
  void wordsThatMakeNoSenseAreUsageErrors() {
    assertRefused("INVALID_INPUT: Unknown option: '--fast'", scan("--fast"));
    assertRefused("INVALID_INPUT: Missing required parameter: 'ID'", run("kernel", "run"));
    assertRefused("INVALID_INPUT: Unmatched argument", scan("more"));
    assertRefused("INVALID_INPUT: ", scan("--in", "u"));
    assertRefused("INVALID_INPUT: ", scan("--repeat", "often"));
    assertRefused("INVALID_INPUT: --repeat = -1: expected 0 or more", scan("--repeat", "-1"));
    assertRefused("INVALID_INPUT: ", run("kernel", "walk"));
    assertRefused("INVALID_INPUT: ", run("walk"));
    assertThat(scan("--fast").errors()).endsWith("; see squall kernel run --help\n");
  }

  private CommandRun scan(String... more) {
    Stream<String> inputs =
        Stream.of("u", "delta", "a", "b", "c", "d")
            .flatMap(name -> Stream.of("--in", name + "=" + file(name)));
    List<String> words = new ArrayList<>(List.of("kernel", "run", "mamba.selective_scan"));
    inputs.forEach(words::add);
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  private CommandRun run(String... words) {
    return CommandRun.of(folder.resolve("cache"), words);
  }

  private static void assertRefused(String line, CommandRun run) {
    assertThat(run.errorLines()).as(run.errors()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: " + line);
    assertThat(run.output()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
  }

  private Path file(String name) {
    return folder.resolve(name + ".npy");
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }
}
