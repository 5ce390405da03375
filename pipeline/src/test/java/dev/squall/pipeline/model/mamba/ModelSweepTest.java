package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.host.HostThreads;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelSweepTest {
  private static final byte[] TEXT = bytes("One text is evaluated, ".repeat(40));
  private static final OuroMamba.Calibration CALIBRATION =
      new OuroMamba.Calibration("real", bytes("another gives the scales. ".repeat(50)), 2, 1, null);
  private static final List<QuantSettings> CELLS =
      Stream.of(1, 10, 100)
          .map(refresh -> QuantSettings.of("w4a4").withDetection(refresh, 3))
          .toList();
  private static final List<String> NAMES =
      List.of(
          "w4a4o8-outliers-refresh1-sigma3.0-real",
          "w4a4o8-outliers-refresh10-sigma3.0-real",
          "w4a4o8-outliers-refresh100-sigma3.0-real");

  private final OuroMamba model = new OuroMamba(SmallModel.random(3), 1000, HostThreads.all());

  @TempDir Path folder;

  @Test
  void aStoppedSweepGoesOnWithTheCellsThatAreMissing() throws IOException {
    List<String> measured = new ArrayList<>();
    assertThatThrownBy(
            () ->
                sweep(
                    TEXT,
                    name -> {
                      if (measured.size() == 2) {
                        throw new IllegalStateException("stopped");
                      }
                      measured.add(name);
                    }))
        .hasMessage("stopped");
    assertThat(measured).containsExactlyElementsOf(NAMES.subList(0, 2));
    assertThat(folder.resolve("sweep.csv")).doesNotExist();

    List<String> rest = new ArrayList<>();
    List<EvaluationRow> rows = sweep(TEXT, rest::add);
    assertThat(rest).containsExactly(NAMES.get(2));
    assertThat(rows).extracting(EvaluationRow::settings).containsExactlyElementsOf(CELLS);
    assertThat(Files.readAllLines(folder.resolve("sweep.csv"))).hasSize(1 + CELLS.size());
    assertThat(folder.resolve("sweep.png")).isNotEmptyFile();
  }

  @Test
  void aDamagedCellIsMeasuredAgainAlone() throws IOException {
    List<EvaluationRow> first = sweep(TEXT, name -> {});
    Path cell = folder.resolve(NAMES.get(1) + ".json");
    Files.writeString(cell, Files.readString(cell).substring(0, 100));
    List<String> measured = new ArrayList<>();
    List<EvaluationRow> second = sweep(TEXT, measured::add);
    assertThat(measured).containsExactly(NAMES.get(1));
    assertThat(second)
        .extracting(EvaluationRow::agreement)
        .isEqualTo(first.stream().map(EvaluationRow::agreement).toList());
  }

  @Test
  void cellsOfAnotherTextAreMeasuredAgain() {
    sweep(TEXT, name -> {});
    List<String> measured = new ArrayList<>();
    sweep(bytes("A third text. ".repeat(70)), measured::add);
    assertThat(measured).containsExactlyElementsOf(NAMES);
  }

  private List<EvaluationRow> sweep(byte[] text, Consumer<String> progress) {
    return new ModelSweep(model, text, folder).run(CELLS, CALIBRATION, progress);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
