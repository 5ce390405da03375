package dev.squall.pipeline.report;

import dev.squall.pipeline.seedlm.CycleModel;
import java.util.List;
import java.util.Locale;

/** Modelled cycles of seeds against half precision, beside the published ratios. */
public final class CycleText {
  private CycleText() {}

  /** A table of the sizes for which there are published ratios, and what the model assumes. */
  public static String of(CycleModel model) {
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
    return table.plain()
        + ("\nmodelled: a bus of %d bytes a cycle, %d cycles of latency, %d stages, %d weights decoded a"
                + " cycle; nothing was measured%n")
            .formatted(
                model.busBytes(), model.latency(), model.decodeStages(), model.decodeUnits());
  }

  /** One line on a matrix. */
  public static String line(CycleModel model, int rows, int columns) {
    return String.format(
        Locale.ROOT,
        "%d × %d: %d cycles with seeds, %d in half precision, %.2f times; modelled%n",
        rows,
        columns,
        model.seeds(rows, columns),
        model.halfPrecision(rows, columns),
        model.ratio(rows, columns));
  }

  private static String fixed(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
