package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Single kernels: what there is, and runs on the user's own tensors. */
@Command(
    name = "kernel",
    mixinStandardHelpOptions = true,
    description = {"List kernels, or run one on tensors from .npy files.", ""},
    subcommands = {KernelListCommand.class, KernelRunCommand.class})
final class KernelCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
