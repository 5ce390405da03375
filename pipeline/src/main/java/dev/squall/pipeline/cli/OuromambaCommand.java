package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Groups the commands about quantised Mamba models. */
@Command(
    name = "ouromamba",
    mixinStandardHelpOptions = true,
    description = {"Quantise a Mamba model as OuroMamba does, and see what it costs.", ""},
    subcommands = {
      OuromambaGenerateCommand.class,
      OuromambaQuantizeCommand.class,
      OuromambaEvaluateCommand.class,
      OuromambaSweepCommand.class
    })
final class OuromambaCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
