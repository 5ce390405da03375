package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CellFileTest {
  @TempDir private Path folder;
  private Path file;

  private final ExperimentHeader header = Cells.header("kernels", "a", "seed", "1");
  private final Cell first = Cells.measured(Cells.name("a.b", 64, "jvm:host"), 5, 6, 7);
  private final Cell second =
      Cell.without(
          Cells.name("a.b", 64, "opencl:x"), CellState.SKIPPED, "no \"such\" device", Double.NaN);

  @BeforeEach
  void name() {
    file = folder.resolve("cells.jsonl");
  }

  private void write(Cell... cells) {
    try (CellFile out = CellFile.open(file, header, true)) {
      for (Cell cell : cells) {
        out.add(cell);
      }
    }
  }

  @Test
  void whatIsWrittenIsRead() {
    write(first, second);
    CellFile.Content content = CellFile.readExperiment(file);
    assertThat(content.header()).isEqualTo(header);
    assertThat(content.cells().values()).containsExactly(first, second);
  }

  @Test
  void linesAreFlatAndHoldNoNaN() throws IOException {
    write(first);
    List<String> lines = Files.readAllLines(file);
    assertThat(lines.get(0)).startsWith("{\"type\":\"experiment\",\"schema\":1,");
    assertThat(lines.get(1))
        .startsWith("{\"type\":\"cell\",\"key\":\"a.b L=64 f32 jvm:host first\"")
        .contains(
            "\"samples_ns\":[5,6,7]",
            "\"median_ns\":6.0",
            "\"p90_ns\":7.0",
            "\"verdict\":\"PASSED\"",
            "\"bound_by\":\"compute\"",
            "\"copy_in_ns\":null",
            "\"noise_limit_met\":true")
        .doesNotContain("NaN");
  }

  /** Wherever a process is killed while it writes, what was whole is kept. */
  @Test
  void aTornEndCostsItsOwnCellAlone() throws IOException {
    write(first, second);
    byte[] whole = Files.readAllBytes(file);
    int headerEnd = CellLines.line(header).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    int firstEnd =
        headerEnd + CellLines.line(first).getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file, java.util.Arrays.copyOf(whole, length));
      try (CellFile out = CellFile.open(file, header, true)) {
        int kept = length < firstEnd ? 0 : length < whole.length ? 1 : 2;
        assertThat(out.cells()).as("cut at %d", length).hasSize(kept);
        if (kept < 1) {
          out.add(first);
        }
        if (kept < 2) {
          out.add(second);
        }
      }
      assertThat(Files.readAllBytes(file)).as("cut at %d", length).isEqualTo(whole);
    }
  }

  @Test
  void anotherExperimentIsRefusedInOneLine() throws IOException {
    write(first);
    byte[] before = Files.readAllBytes(file);
    refused(Cells.header("kernels", "b", "seed", "1"), "kernels: a there, b here");
    refused(Cells.header("kernels", "a"), "seed: 1 there, null here");
    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  private void refused(ExperimentHeader other, String message) {
    assertThatThrownBy(() -> CellFile.open(file, other, true))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void anotherVersionOrFormIsRefused() throws IOException {
    write(first);
    String text = Files.readString(file);
    Files.writeString(file, text.replace("\"squall\":\"1.0\"", "\"squall\":\"0.9\""));
    refused(header, "squall: 0.9 there, 1.0 here");
    Files.writeString(file, text.replace("\"schema\":1", "\"schema\":7"));
    refused(header, "form 7, this version knows form 1");
  }

  @Test
  void aFileOfResultsIsNotContinuedUnasked() {
    write(first);
    assertThatThrownBy(() -> CellFile.open(file, header, false))
        .hasMessageContaining("holds 1 cells already; go on with --resume");
  }

  @Test
  void aFileOfSomethingElseIsLeftAlone() throws IOException {
    for (String other : List.of("my notes", "my notes\n", "{\"a\":1}\n", "[]\n")) {
      Files.writeString(file, other);
      refused(header, "line 1 is no experiment");
      assertThat(Files.readString(file)).isEqualTo(other);
    }
  }

  @Test
  void aDamagedLineInTheMiddleIsNamed() throws IOException {
    write(first);
    Files.writeString(file, "{\"type\":\"cell\"}\n", StandardOpenOption.APPEND);
    refused(header, "line 3 is no cell");
  }

  @Test
  void twoProcessesDoNotMix() {
    try (CellFile open = CellFile.open(file, header, true)) {
      open.add(first);
      refused(header, "another comparison writes there");
    }
  }

  /** A cell that is measured again replaces the older one. */
  @Test
  void theLaterOfTwoCellsCounts() {
    Cell again = Cells.measured(first.name(), 50, 60, 70);
    write(first, second, again);
    assertThat(CellFile.read(file).cells().values()).containsExactly(second, again);
  }
}
