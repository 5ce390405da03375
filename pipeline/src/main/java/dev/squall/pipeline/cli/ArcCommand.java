package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Intel GPUs, without one. */
@Command(
    name = "arc",
    mixinStandardHelpOptions = true,
    description = {"Check kernel bundles for Intel GPUs on machines that have none.", ""},
    subcommands = ArcCheckCommand.class)
final class ArcCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
