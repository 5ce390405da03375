package dev.squall.pipeline.cli;

import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.page.CellPlots;
import dev.squall.pipeline.page.ComparePage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The page and the plots that a comparison can be written to. */
final class ComparePages {
  @Option(
      names = "--html",
      paramLabel = "FILE",
      description =
          "Write a page: one file that needs no network, and no script to be read, with charts,"
              + " tables and the source of every number.")
  private Optional<Path> html = Optional.empty();

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Write plots there, each as SVG and PNG: roofline, density.")
  private Optional<Path> plots = Optional.empty();

  /** Refuses places that could not be written to, before any work is done. */
  void check() {
    html.ifPresent(OutputFolder::requireWritable);
    plots.ifPresent(OutputFolder::prepare);
  }

  /**
   * Writes what was asked for; answers whether that was anything.
   *
   * @param results the file that holds the cells; empty if none does
   * @param command that makes the page
   */
  boolean write(
      ExperimentHeader header, Collection<Cell> cells, Optional<Path> results, String command) {
    html.ifPresent(
        file ->
            OutputFolder.writeText(
                file,
                ComparePage.html(
                    header,
                    List.copyOf(cells),
                    results.map(ComparePages::identity).orElse("measured for this page alone"),
                    command)));
    plots.ifPresent(folder -> CellPlots.write(List.copyOf(cells), folder));
    return html.isPresent() || plots.isPresent();
  }

  /** The file's name and what its content is, so that a page and its results stay together. */
  private static String identity(Path results) {
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
