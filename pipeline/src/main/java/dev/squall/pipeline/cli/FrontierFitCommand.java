package dev.squall.pipeline.cli;

import dev.squall.pipeline.frontier.report.FrontierFiles;
import dev.squall.pipeline.frontier.report.LawText;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The scaling law, published and one's own. */
@Command(
    name = "fit",
    mixinStandardHelpOptions = true,
    description = {
      "Fit the scaling law of The Sparse Frontier to sweeps, and show what it and the published law"
          + " expect of each setting beside what was measured.",
      ""
    })
final class FrontierFitCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", arity = "1..*", description = "Folders of squall frontier run.")
  private List<Path> folders;

  @Override
  public Integer call() {
    System.out.print(LawText.of(FrontierFiles.read(folders)));
    return ExitCodes.GOOD;
  }
}
