package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Models: what there is, and getting one. */
@Command(
    name = "model",
    mixinStandardHelpOptions = true,
    description = {"List the models that Squall knows by name, or get one.", ""},
    subcommands = {ModelListCommand.class, ModelGetCommand.class})
final class ModelCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
