package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** An image service with a cache of images and a mix of models. */
@Command(
    name = "modm",
    mixinStandardHelpOptions = true,
    description = {
      "Serve images from a cache and a mix of models (MoDM): simulate such a service, or run its"
          + " scheduler in front of workers.",
      ""
    },
    subcommands = {
      ModmSimulateCommand.class,
      ModmPublishedCommand.class,
      ModmTraceCommand.class,
      ModmPromptsCommand.class,
      ModmEmbedCommand.class,
      ModmServeCommand.class,
      ModmFakeWorkerCommand.class
    })
final class ModmCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
