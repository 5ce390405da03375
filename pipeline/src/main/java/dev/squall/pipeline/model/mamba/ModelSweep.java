package dev.squall.pipeline.model.mamba;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Many quantised models held against single precision, a cell a model. Each cell is a file of its
 * own: a sweep that was stopped goes on with the cells that are missing, and cells of another text
 * or calibration are measured again.
 */
public final class ModelSweep {
  private static final JsonMapper MAPPER = new JsonMapper();

  private final OuroMamba model;
  private final byte[] text;
  private final Path folder;

  public ModelSweep(OuroMamba model, byte[] text, Path folder) {
    this.model = model;
    this.text = text.clone();
    this.folder = folder;
  }

  /**
   * A cell's file.
   *
   * @param key all that its row depends on
   */
  record Cell(String key, EvaluationRow row) {}

  /**
   * Measures what is missing, then writes {@code sweep.csv} and {@code sweep.png}.
   *
   * @param progress told of each cell that is measured
   */
  public List<EvaluationRow> run(
      List<QuantSettings> settings, OuroMamba.Calibration calibration, Consumer<String> progress) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot make the folder " + folder);
    }
    List<EvaluationRow> rows = new ArrayList<>();
    for (QuantSettings cell : settings) {
      rows.add(cell(cell, calibration, progress));
    }
    AtomicFile.write(folder.resolve("sweep.csv"), csv(rows).getBytes(StandardCharsets.UTF_8));
    SweepChart.write(folder.resolve("sweep.png"), rows);
    return rows;
  }

  private EvaluationRow cell(
      QuantSettings settings, OuroMamba.Calibration calibration, Consumer<String> progress) {
    String name =
        "%s-%s-refresh%d-sigma%s-%s"
            .formatted(
                settings.bits(),
                settings.scheme(),
                settings.refresh(),
                settings.sigma(),
                calibration.label());
    byte[] from =
        calibration.kind().equals("synthetic")
            ? OuroMamba.text(calibration.synthetic())
            : calibration.text();
    String key =
        "%s %s %d %08x %08x"
            .formatted(
                settings,
                calibration.label(),
                calibration.samples(),
                Arrays.hashCode(from),
                Arrays.hashCode(text));
    Path file = folder.resolve(name + ".json");
    EvaluationRow known = read(file, key);
    if (known != null) {
      return known;
    }
    progress.accept(name);
    EvaluationRow row =
        model.evaluate(List.of(), List.of(settings), List.of(calibration), text, 1).getLast();
    try {
      AtomicFile.write(file, MAPPER.writeValueAsBytes(new Cell(key, row)));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
    return row;
  }

  /** Null where there is no such cell, or a damaged one. */
  private static EvaluationRow read(Path file, String key) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      Cell cell = MAPPER.readValue(file.toFile(), Cell.class);
      return key.equals(cell.key()) ? cell.row() : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String csv(List<EvaluationRow> rows) {
    StringBuilder text =
        new StringBuilder(
            "bits,scheme,calibration,refresh,sigma,agreement,logit_error,outliers,bytes,ms\n");
    for (EvaluationRow row : rows) {
      QuantSettings settings = row.settings();
      text.append(
          String.format(
              Locale.ROOT,
              "%s,%s,%s,%d,%s,%.6f,%.6f,%.6f,%d,%.1f%n",
              settings.bits(),
              settings.scheme(),
              row.calibration(),
              settings.refresh(),
              settings.sigma(),
              row.agreement(),
              row.logitError() / row.logitSpread(),
              row.outlierShare(),
              row.bytes(),
              row.milliseconds()));
    }
    return text.toString();
  }
}
