package dev.squall.pipeline.cli;

import dev.squall.pipeline.report.CycleText;
import dev.squall.pipeline.seedlm.CycleModel;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints the cycle model beside the published ratios. */
@Command(
    name = "model-cycles",
    mixinStandardHelpOptions = true,
    description = {
      "Model the cycles of a matrix-vector product on an FPGA, half precision against 4-bit seeds,"
          + " beside the published ratios. A model, not a measurement.",
      ""
    })
final class SeedlmModelCyclesCommand implements Callable<Integer> {
  @Option(names = "--bus", paramLabel = "BYTES", description = "Bytes a cycle (default: 64).")
  private int bus = CycleModel.PAPER.busBytes();

  @Option(
      names = "--latency",
      paramLabel = "CYCLES",
      description = "Cycles of memory and pipeline that nothing hides (default: 200).")
  private int latency = CycleModel.PAPER.latency();

  @Option(
      names = "--stages",
      paramLabel = "CYCLES",
      description = "Cycles that a seed spends in its generator (default: 8).")
  private int stages = CycleModel.PAPER.decodeStages();

  @Option(
      names = "--units",
      paramLabel = "N",
      description = "Weights that leave the generators a cycle (default: 128).")
  private int units = CycleModel.PAPER.decodeUnits();

  @Override
  public Integer call() {
    System.out.print(CycleText.of(new CycleModel(bus, latency, stages, units)));
    return ExitCodes.GOOD;
  }
}
