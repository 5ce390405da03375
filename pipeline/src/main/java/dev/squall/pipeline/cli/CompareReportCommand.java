package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.compare.CellFile;
import dev.squall.pipeline.compare.CompareText;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows results that were measured before. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {"Show the results of a comparison, or write them in other forms.", ""})
final class CompareReportCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE.jsonl", description = "Results of squall compare.")
  private Path file;

  @Mixin private CompareOutputs outputs;

  @Override
  public Integer call() {
    CellFile.Content content = CellFile.readExperiment(file);
    if (content.cells().isEmpty()) {
      throw SquallException.invalidInput(file + ": holds no finished cell yet");
    }
    if (!outputs.write(content.header(), content.cells().values())) {
      System.out.print(CompareText.terminal(content.header(), content.cells().values()));
    }
    return ExitCodes.GOOD;
  }
}
