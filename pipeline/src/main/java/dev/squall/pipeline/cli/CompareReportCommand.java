package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CellFile;
import dev.squall.pipeline.page.CellPlots;
import dev.squall.pipeline.page.CellTables;
import dev.squall.pipeline.page.ComparePage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes pages, tables and plots of a comparison's results. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Make a page of a comparison's results: one file of HTML that needs no network, and no"
          + " script to be read. Also tables and plots. With no option the Markdown is printed.",
      ""
    })
final class CompareReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RESULTS", description = "The JSON lines that compare has written.")
  private Path results;

  @Option(names = "--html", paramLabel = "FILE", description = "Write the page there.")
  private Optional<Path> html = Optional.empty();

  @Option(names = "--markdown", paramLabel = "FILE", description = "Write a table in Markdown.")
  private Optional<Path> markdown = Optional.empty();

  @Option(names = "--csv", paramLabel = "FILE", description = "Write all figures as CSV.")
  private Optional<Path> csv = Optional.empty();

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Write plots there, each as SVG and PNG: roofline, density.")
  private Optional<Path> plots = Optional.empty();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    html.ifPresent(OutputFolder::requireWritable);
    markdown.ifPresent(OutputFolder::requireWritable);
    csv.ifPresent(OutputFolder::requireWritable);
    plots.ifPresent(OutputFolder::prepare);
    CellFile.Content content = CellFile.readExperiment(results);
    List<Cell> cells = List.copyOf(content.cells().values());
    if (cells.isEmpty()) {
      throw SquallException.invalidInput(
          results + ": holds no finished cell yet; go on with --resume");
    }
    html.ifPresent(
        file ->
            OutputFolder.writeText(
                file, ComparePage.html(content.header(), cells, origin(), CommandText.of(spec))));
    String table = CellTables.markdown(content.header(), cells);
    markdown.ifPresent(file -> OutputFolder.writeText(file, table));
    csv.ifPresent(file -> OutputFolder.writeText(file, CellTables.csv(cells)));
    plots.ifPresent(folder -> CellPlots.write(cells, folder));
    if (html.isEmpty() && markdown.isEmpty() && csv.isEmpty() && plots.isEmpty()) {
      System.out.print(table);
    }
    return ExitCodes.GOOD;
  }

  /** The file's name and what its content is, so that a page and its results stay together. */
  private String origin() {
    try {
      byte[] bytes = Files.readAllBytes(results);
      String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      return "%s, %d bytes, SHA-256 %s".formatted(results.getFileName(), bytes.length, hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
