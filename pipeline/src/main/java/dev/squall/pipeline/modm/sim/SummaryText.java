package dev.squall.pipeline.modm.sim;

import dev.squall.pipeline.report.TextTable;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Summaries as a table for people. */
public final class SummaryText {
  private SummaryText() {}

  public static String terminal(Collection<Summary> summaries) {
    StringBuilder text = new StringBuilder(table(summaries).plain());
    summaries.stream()
        .map(summary -> "\ntrace: " + summary.origin() + "; similarities: " + summary.embedder())
        .distinct()
        .forEach(text::append);
    return text.append("\nall figures are simulated: virtual time, stated service times\n")
        .toString();
  }

  static TextTable table(Collection<Summary> summaries) {
    TextTable table =
        new TextTable(
            "scenario",
            ">images/min",
            ">hit rate",
            ">mean k",
            ">p50 s",
            ">p95 s",
            ">p99 s",
            "> >2×",
            "> >4×",
            ">Wh/image",
            ">busy",
            ">large",
            ">swaps",
            ">hits < 4 h");
    for (Summary s : summaries) {
      table.row(
          List.of(
              s.label(),
              number("%.2f", s.throughputPerMinute()),
              percent(s.hitRate()),
              number("%.1f", meanSkipped(s)),
              number("%.0f", s.latencyP50Seconds()),
              number("%.0f", s.latencyP95Seconds()),
              number("%.0f", s.latencyP99Seconds()),
              percent(s.slo().get(2)),
              percent(s.slo().get(4)),
              number("%.2f", s.wattHoursPerImage()),
              percent(s.utilization()),
              number("%.1f", s.meanLarge()),
              String.valueOf(s.swaps()),
              percent(s.youngHits())));
    }
    return table;
  }

  /** Mean steps saved of a hit. */
  static double meanSkipped(Summary summary) {
    return summary.skippedShares().isEmpty()
        ? Double.NaN
        : summary.skippedShares().entrySet().stream()
            .mapToDouble(e -> e.getKey() * e.getValue())
            .sum();
  }

  static String number(String format, double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "–";
  }

  static String percent(double share) {
    return number("%.1f %%", 100 * share);
  }
}
