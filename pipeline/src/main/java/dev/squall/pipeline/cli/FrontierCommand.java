package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The Sparse Frontier as a study: what sparse attention costs in answers. */
@Command(
    name = "frontier",
    mixinStandardHelpOptions = true,
    description = {
      "Sweep methods of sparse attention over budgets, lengths and tasks, and weigh what they save"
          + " against what they lose (The Sparse Frontier, arXiv 2504.17768).",
      ""
    },
    subcommands = {
      FrontierRunCommand.class,
      FrontierPlotCommand.class,
      FrontierFitCommand.class,
      FrontierBudgetCommand.class,
      FrontierTasksCommand.class
    })
final class FrontierCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
