package dev.squall.pipeline.cli;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.io.NpyFile;
import dev.squall.pipeline.report.Report;
import dev.squall.pipeline.report.ReportData;
import dev.squall.pipeline.report.ReportText;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.run.StageResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where {@code --out} puts the report and the results; each file appears whole or not at all. */
final class OutputFolder {
  private final Path folder;

  OutputFolder(Path folder) {
    this.folder = folder;
  }

  /** Makes the folder before any work is done, so that a bad one costs no run. */
  static void prepare(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.INVALID_INPUT,
          "cannot make folder " + folder + " (" + e.getClass().getSimpleName() + ")",
          e);
    }
    if (!Files.isWritable(folder)) {
      throw SquallException.invalidInput("cannot write to folder " + folder);
    }
  }

  /** Writes report.md, report.jsonl, report.csv and one .npy for each output of the line. */
  void write(Report report, RunResult result) {
    for (StageResult stage : result.stages()) {
      if (stage.stage().role() == Stage.Role.LINE) {
        stage
            .call()
            .outputs()
            .forEach(
                (port, tensor) ->
                    NpyFile.write(
                        folder.resolve(stage.stage().name() + "." + port + ".npy"), tensor));
      }
    }
    text("report.md", ReportText.markdown(report));
    text("report.csv", ReportData.csv(report));
    text("report.jsonl", ReportData.jsonLines(report));
  }

  private void text(String name, String content) {
    writeText(folder.resolve(name), content);
  }

  /** Refuses a file that could not be written, before any work is done. */
  static void requireWritable(Path file) {
    Path parent = file.toAbsolutePath().getParent();
    if (!Files.isWritable(parent)) {
      throw SquallException.invalidInput("cannot write to folder " + parent);
    }
    if (Files.isDirectory(file)) {
      throw SquallException.invalidInput(file + " is a folder; name a file");
    }
  }

  static void writeText(Path file, String content) {
    AtomicFile.write(file, content.getBytes(StandardCharsets.UTF_8));
  }
}
