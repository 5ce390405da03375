package dev.squall.pipeline.cli;

import dev.squall.pipeline.frontier.report.FrontierCsv;
import dev.squall.pipeline.frontier.report.FrontierFiles;
import dev.squall.pipeline.frontier.report.FrontierLines;
import dev.squall.pipeline.frontier.report.FrontierPlots;
import dev.squall.pipeline.frontier.report.FrontierText;
import dev.squall.pipeline.frontier.report.SweepTable;
import dev.squall.pipeline.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tables, CSV and Pareto plots of sweeps. */
@Command(
    name = "plot",
    mixinStandardHelpOptions = true,
    description = {
      "Write tables (report.md), CSV (report.csv) and Pareto plots (SVG and PNG) of sweeps, those"
          + " of several models together; a sweep may still be running.",
      ""
    })
final class FrontierPlotCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders of squall frontier run.")
  private List<Path> folders;

  @Option(names = "--out", paramLabel = "DIR", description = "Default: the first folder.")
  private Path out;

  @Option(names = "--json", description = "Print one JSON line for each setting and length.")
  private boolean json;

  @Override
  public Integer call() {
    SweepTable table = FrontierFiles.read(folders);
    Path to = out == null ? folders.getFirst() : out;
    OutputFolder.prepare(to);
    report(table, to, json);
    return ExitCodes.GOOD;
  }

  /** Prints the tables and writes all there is. */
  static void report(SweepTable table, Path folder, boolean json) {
    System.out.print(json ? FrontierLines.of(table) : FrontierText.terminal(table));
    write(folder, "report.md", FrontierText.markdown(table));
    write(folder, "report.csv", FrontierCsv.of(table));
    FrontierPlots.write(table, folder);
  }

  private static void write(Path folder, String name, String text) {
    AtomicFile.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }
}
