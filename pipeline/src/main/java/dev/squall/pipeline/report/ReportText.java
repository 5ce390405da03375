package dev.squall.pipeline.report;

import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.run.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** A report for people: on a terminal, as Markdown. */
public final class ReportText {
  private ReportText() {}

  public static String terminal(Report report) {
    StringBuilder text = new StringBuilder();
    text.append(table(report).plain());
    text.append('\n');
    summary(report).forEach(line -> text.append(line).append('\n'));
    return text.toString();
  }

  public static String markdown(Report report) {
    Environment environment = report.environment();
    StringBuilder text = new StringBuilder("# Squall report\n\n");
    text.append(
        "`%s` on %s, %s, %d threads, %s, %s\n\n"
            .formatted(
                environment.command(),
                environment.date(),
                environment.processor(),
                environment.threads(),
                environment.operatingSystem(),
                environment.jvm()));
    text.append(table(report).markdown()).append('\n');
    summary(report).forEach(line -> text.append("- ").append(line).append('\n'));
    return text.toString();
  }

  private static TextTable table(Report report) {
    TextTable table =
        new TextTable(
            "stage",
            "kernel",
            "device",
            "variant",
            ">ms",
            ">share",
            ">rate",
            ">density",
            ">recall",
            ">max error",
            ">tolerance",
            "verdict");
    for (StageRow row : report.stages()) {
      table.row(
          List.of(
              row.stage(),
              row.kernel(),
              row.device(),
              row.variant(),
              Numbers.significant(row.milliseconds()),
              row.yardstick() ? "yardstick" : Numbers.percent(row.share()),
              row.rate(),
              metric(row, "density"),
              metric(row, "recall"),
              Numbers.error(row.maxError()),
              Numbers.error(row.tolerance()),
              row.verdict().name()));
    }
    return table;
  }

  private static List<String> summary(Report report) {
    List<String> lines = new ArrayList<>();
    for (Report.YardstickLine yardstick : report.yardsticks()) {
      lines.add(
          "line %s ms; with %s instead of %s %s ms: %s× as a part, %s× as a line"
              .formatted(
                  Numbers.significant(report.milliseconds()),
                  yardstick.stage(),
                  String.join(" + ", yardstick.replaces()),
                  Numbers.significant(yardstick.milliseconds()),
                  Numbers.significant(yardstick.partSpeedup()),
                  Numbers.significant(yardstick.lineSpeedup())));
    }
    if (report.yardsticks().isEmpty()) {
      lines.add("line %s ms".formatted(Numbers.significant(report.milliseconds())));
    }
    if (report.resident() != null) {
      lines.add(
          "stage by stage, kernels take %s ms of it and all else %s ms"
              .formatted(
                  Numbers.significant(report.kernelMilliseconds()),
                  Numbers.significant(report.beyondKernelsMilliseconds())));
      lines.add(report.resident().text());
    }
    report.stages().stream()
        .filter(row -> !row.timed())
        .map(row -> "times on %s are %s".formatted(row.device(), row.timing()))
        .distinct()
        .forEach(lines::add);
    for (StageRow row : report.stages()) {
      String others = otherMetrics(row);
      if (!others.isEmpty()) {
        lines.add(row.stage() + ": " + others);
      }
      if (row.verdict() != Verdict.PASSED) {
        lines.add("%s is %s: %s".formatted(row.stage(), row.verdict(), row.detail()));
      }
    }
    for (Event event : report.events()) {
      lines.add("%s at %s: %s".formatted(event.errorClass(), event.stage(), event.what()));
    }
    lines.add(compared(report));
    return lines;
  }

  private static String compared(Report report) {
    return "compared with the double-precision reference: "
        + report.stages().stream()
            .map(row -> row.stage() + " " + share(row))
            .collect(Collectors.joining(", "));
  }

  private static String share(StageRow row) {
    if (row.unitsCompared() == 0) {
      return "not at all";
    }
    return row.unitsCompared() == row.unitsTotal()
        ? "all"
        : String.format(Locale.ROOT, "%,d of %,d", row.unitsCompared(), row.unitsTotal());
  }

  private static String metric(StageRow row, String name) {
    Double value = row.metrics().get(name);
    if (value == null) {
      return "";
    }
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "–";
  }

  private static String otherMetrics(StageRow row) {
    return row.metrics().entrySet().stream()
        .filter(entry -> !entry.getKey().equals("density") && !entry.getKey().equals("recall"))
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + " " + Numbers.significant(entry.getValue()))
        .collect(Collectors.joining(", "));
  }
}
