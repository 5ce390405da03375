package dev.squall.pipeline.cli;

import dev.squall.pipeline.report.TextTable;
import dev.squall.pipeline.seedlm.CycleModel;
import java.util.List;
import java.util.Locale;
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

  @Override
  public Integer call() {
    CycleModel model = new CycleModel(bus, latency, stages);
    TextTable table =
        new TextTable(
            ">rows = columns",
            ">fp16 cycles",
            ">seed cycles",
            ">modelled",
            ">published",
            ">off by");
    for (int size : CycleModel.sizes()) {
      double ratio = model.ratio(size, size);
      double published = CycleModel.published(size);
      table.row(
          List.of(
              Integer.toString(size),
              Long.toString(model.halfPrecision(size, size)),
              Long.toString(model.seeds(size, size)),
              fixed(ratio),
              fixed(published),
              String.format(Locale.ROOT, "%+.1f %%", 100 * (ratio / published - 1))));
    }
    System.out.print(table.plain());
    System.out.println(
        "\nmodelled: a bus of %d bytes a cycle, %d cycles of latency, %d stages; nothing was measured"
            .formatted(bus, latency, stages));
    return ExitCodes.GOOD;
  }

  private static String fixed(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
