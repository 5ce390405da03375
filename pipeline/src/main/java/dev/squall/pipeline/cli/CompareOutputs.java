package dev.squall.pipeline.cli;

import dev.squall.pipeline.compare.Cell;
import dev.squall.pipeline.compare.CompareText;
import dev.squall.pipeline.compare.ExperimentHeader;
import dev.squall.pipeline.io.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Files that a comparison can be written to. */
final class CompareOutputs {
  @Option(names = "--markdown", paramLabel = "FILE", description = "Write a Markdown report.")
  private Optional<Path> markdown = Optional.empty();

  @Option(names = "--csv", paramLabel = "FILE", description = "Write a table of all numbers.")
  private Optional<Path> csv = Optional.empty();

  /** Writes what was asked for; answers whether that was anything. */
  boolean write(ExperimentHeader header, Collection<Cell> cells) {
    markdown.ifPresent(file -> write(file, CompareText.markdown(header, cells)));
    csv.ifPresent(file -> write(file, CompareText.csv(cells)));
    return markdown.isPresent() || csv.isPresent();
  }

  private static void write(Path file, String text) {
    AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
