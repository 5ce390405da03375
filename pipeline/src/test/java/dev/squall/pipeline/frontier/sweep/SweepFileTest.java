package dev.squall.pipeline.frontier.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.task.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SweepFileTest {
  private static final Transformer MODEL = new Transformer("tiny", 1, 2, 3, 4, 5, 6, 7, 8);
  private static final Experiment EXPERIMENT = experiment(1);

  @TempDir private Path folder;

  private static Experiment experiment(long seed) {
    return new Experiment(1, Task.VERSION, "0", MODEL, "ab", seed, null, 64);
  }

  private static Cell cell(int sample) {
    Setting setting =
        new Setting(Phase.DECODE, "quest", Map.of("page", "16", "budget", "" + 16 * sample));
    return new Cell(
        new CellKey(setting, Task.NEEDLES, 1024, sample),
        0.25,
        0.125,
        0.75,
        Double.NaN,
        1000,
        0.5,
        0.5,
        Double.NaN,
        1.5,
        0.5,
        0.25,
        List.of("4821", "é \"\n"),
        List.of("4821", "17"));
  }

  private Path file() {
    return folder.resolve("cells.jsonl");
  }

  private byte[] written(int cells) throws IOException {
    try (SweepFile file = SweepFile.open(file(), EXPERIMENT)) {
      for (int i = 0; i < cells; i++) {
        file.add(cell(i));
      }
    }
    return Files.readAllBytes(file());
  }

  @Test
  void cellsComeBackAsTheyWere() throws IOException {
    written(3);
    SweepFile.Content content = SweepFile.read(file());
    assertThat(content.experiment()).isEqualTo(EXPERIMENT);
    assertThat(content.cells().values()).containsExactly(cell(0), cell(1), cell(2));
    try (SweepFile file = SweepFile.open(file(), EXPERIMENT)) {
      assertThat(file.has(cell(2).key())).isTrue();
      assertThat(file.has(cell(3).key())).isFalse();
    }
    assertThat(Files.readAllLines(file())).hasSize(4);
  }

  /** At every byte at which a crash may have cut the file. */
  @Test
  void theGoodPartOfACutFileIsKept() throws IOException {
    byte[] whole = written(2);
    int first = new String(whole, StandardCharsets.UTF_8).indexOf('\n') + 1;
    int secondEnd = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\n', first) + 1;
    for (int cut = 0; cut <= whole.length; cut++) {
      Files.write(file(), Arrays.copyOf(whole, cut));
      int cells = cut < secondEnd ? 0 : cut < whole.length ? 1 : 2;
      try (SweepFile file = SweepFile.open(file(), EXPERIMENT)) {
        assertThat(file.cells()).as("cut at %d", cut).hasSize(cells);
        for (int i = cells; i < 2; i++) {
          file.add(cell(i));
        }
      }
      assertThat(Files.readAllBytes(file())).as("cut at %d", cut).isEqualTo(whole);
    }
  }

  @Test
  void anotherExperimentIsRefusedAndLeftAlone() throws IOException {
    byte[] whole = written(1);
    assertThatThrownBy(() -> SweepFile.open(file(), experiment(2)))
        .isInstanceOf(SquallException.class)
        .hasMessage(
            file()
                + " is of another experiment (--seed 1 there, 2 asked for); choose another --out");
    Experiment later = new Experiment(2, Task.VERSION + 1, "1", MODEL, "cd", 1, "ef", 32);
    assertThatThrownBy(() -> SweepFile.open(file(), later))
        .hasMessageContaining("format 1 there, 2 asked for; version of tasks")
        .hasMessageContaining("squall 0 there, 1 asked for; model's SHA-256 ab there, cd asked for")
        .hasMessageContaining("--text's SHA-256 none there, ef asked for");
    assertThat(Files.readAllBytes(file())).isEqualTo(whole);
  }

  @Test
  void aFileOfSomethingElseIsRefused() throws IOException {
    Files.writeString(file(), "hello\n");
    assertThatThrownBy(() -> SweepFile.open(file(), EXPERIMENT))
        .isInstanceOf(SquallException.class)
        .hasMessage(
            file()
                + ": line 1 is no experiment of a sweep; remove the file or choose another --out");
    assertThat(Files.readString(file())).isEqualTo("hello\n");
    Files.delete(file());
    byte[] whole = written(2);
    String text = new String(whole, StandardCharsets.UTF_8);
    Files.writeString(file(), text.replaceFirst("\"length\":1024", "\"lenth\":1024"));
    assertThatThrownBy(() -> SweepFile.open(file(), EXPERIMENT))
        .hasMessageContaining("line 2 is no cell of a sweep");
  }

  @Test
  void oneSweepWritesAtATime() {
    try (SweepFile file = SweepFile.open(file(), EXPERIMENT)) {
      assertThat(file.cells()).isEmpty();
      assertThatThrownBy(() -> SweepFile.open(file(), EXPERIMENT))
          .isInstanceOf(SquallException.class)
          .hasMessageContaining("another sweep writes there");
    }
  }
}
