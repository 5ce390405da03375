package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.compare.CellFile;
import dev.squall.pipeline.compare.CompareText;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows results that were measured before. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {"Show the results of a comparison, or write them in other forms.", ""})
final class CompareReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.jsonl", description = "Results of squall compare.")
  private Path file;

  @Mixin private CompareOutputs outputs;
  @Mixin private ComparePages pages;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    pages.check();
    CellFile.Content content = CellFile.readExperiment(file);
    if (content.cells().isEmpty()) {
      throw SquallException.invalidInput(file + ": holds no finished cell yet");
    }
    boolean tables = outputs.write(content.header(), content.cells().values());
    boolean drawn =
        pages.write(
            content.header(), content.cells().values(), Optional.of(file), CommandText.of(spec));
    if (!tables && !drawn) {
      System.out.print(CompareText.terminal(content.header(), content.cells().values()));
    }
    return ExitCodes.GOOD;
  }
}
