package dev.squall.pipeline.report;

import dev.squall.kernels.verify.Verdict;
import java.util.List;

/** Timed variants for people and for programs. */
public final class BenchText {
  private BenchText() {}

  public static String terminal(List<BenchRow> rows) {
    TextTable table =
        new TextTable(
            "kernel",
            "variant",
            "device",
            ">n",
            ">cold ms",
            ">min",
            ">p10",
            ">median",
            ">p90",
            ">CV",
            ">kernel",
            ">GFLOP/s",
            ">GB/s",
            ">of peak",
            ">max error",
            ">tolerance",
            "verdict");
    for (BenchRow row : rows) {
      table.row(
          List.of(
              row.kernel(),
              row.variant(),
              row.device(),
              "" + row.samples(),
              Numbers.significant(row.coldMilliseconds()),
              Numbers.significant(row.minMilliseconds()),
              Numbers.significant(row.p10Milliseconds()),
              Numbers.significant(row.medianMilliseconds()),
              Numbers.significant(row.p90Milliseconds()),
              Numbers.percent(row.coefficientOfVariation()),
              Numbers.significant(row.kernelMilliseconds()),
              Numbers.significant(row.gigaflopsPerSecond()),
              Numbers.significant(row.gigabytesPerSecond()),
              Double.isNaN(row.shareOfPeak()) ? "–" : Numbers.percent(row.shareOfPeak()),
              Numbers.error(row.maxError()),
              Numbers.error(row.tolerance()),
              row.verdict().name()));
    }
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    BenchRow first = rows.getFirst();
    text.append(
        "at %s; host peak %s GFLOP/s in this run%n"
            .formatted(first.sizes(), Numbers.significant(first.peakGigaflopsPerSecond())));
    if (!first.timing().equals(StageRow.MEASURED)) {
      text.append("times on %s are %s%n".formatted(first.device(), first.timing()));
    }
    for (BenchRow row : rows) {
      if (!row.quiet()) {
        text.append(
            "%s: the median is not known to 0.5 %% yet; the machine was busy or --limit too short%n"
                .formatted(row.variant()));
      }
      if (row.verdict() != Verdict.PASSED) {
        text.append("%s is %s: %s%n".formatted(row.variant(), row.verdict(), row.detail()));
      }
    }
    return text.toString();
  }

  public static String jsonLines(List<BenchRow> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(JsonLines.line("bench", row)));
    return text.toString();
  }
}
