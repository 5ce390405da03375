package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Commands about weights as seeds. */
@Command(
    name = "seedlm",
    mixinStandardHelpOptions = true,
    description = "Compress models into seeds and coefficients, and look at the result.",
    subcommands = {
      SeedlmCompressCommand.class,
      SeedlmDecompressCommand.class,
      SeedlmInspectCommand.class,
      SeedlmCompareCommand.class,
      SeedlmModelCyclesCommand.class
    })
final class SeedlmCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
