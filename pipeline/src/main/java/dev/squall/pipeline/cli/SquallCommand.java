package dev.squall.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The root command; on its own it prints the help. */
@Command(
    name = "squall",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Java kernels as lines of stages, each stage on the device where the whole line finishes"
          + " first, each result with a verdict.",
      ""
    },
    subcommands = {
      RunCommand.class,
      StreamCommand.class,
      PlanCommand.class,
      DevicesCommand.class,
      BundleCommand.class,
      FpgaCommand.class,
      SetupCommand.class,
      KernelCommand.class,
      BenchCommand.class,
      CompareCommand.class,
      CompareWorkerCommand.class,
      CompareCellCommand.class,
      CalibrateCommand.class,
      ArcCommand.class,
      DoctorCommand.class,
      ModmCommand.class,
      ModelCommand.class,
      PrefillCommand.class,
      RecallCommand.class,
      ThresholdsCommand.class,
      PatternsCommand.class,
      GenerateCommand.class,
      FrontierCommand.class,
      SeedlmCommand.class,
      SegmentCommand.class,
      UpscaleCommand.class,
      OuromambaCommand.class,
      TestCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 good, 1 wrong result, 2 usage or bad input, 3 no such device, 4 resources,"
          + " 5 a device failed."
    })
final class SquallCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    CommandLine.usage(spec.commandLine(), System.out);
  }
}
