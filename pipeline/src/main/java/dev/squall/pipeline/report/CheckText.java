package dev.squall.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code plan --check} shows. */
public final class CheckText {
  /** The median of all predictions may be so far off. */
  static final double MOST_OFF = 0.15;

  /** A plan may take so much longer than the best single device in the same run. */
  static final double MOST_SLOWER = 0.05;

  private CheckText() {}

  public static String terminal(List<CheckRow> rows) {
    TextTable table = new TextTable("line", "on", ">predicted ms", ">measured ms", ">off", ">runs");
    for (CheckRow row : rows) {
      table.row(
          List.of(
              row.line(),
              row.on(),
              Numbers.significant(row.predictedMilliseconds()),
              Numbers.significant(row.measuredMilliseconds()),
              signed(row.off()),
              String.valueOf(row.runs())));
    }
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    for (CheckRow plan : plans(rows)) {
      text.append(
          "%s: %s\n"
              .formatted(
                  plan.line(),
                  best(rows, plan)
                      .map(
                          best ->
                              "plan %s ms, best single device %s %s ms: %s"
                                  .formatted(
                                      Numbers.significant(plan.measuredMilliseconds()),
                                      best.on(),
                                      Numbers.significant(best.measuredMilliseconds()),
                                      signed(slower(plan, best))))
                      .orElse("no single device can run it")));
    }
    text.append(
        "predictions are %s off in the median (at most %s allowed); plans are at most %s slower than the best single device (%s allowed)\n"
            .formatted(
                Numbers.percent(medianOff(rows)),
                Numbers.percent(MOST_OFF),
                Numbers.percent(Math.max(0, mostSlower(rows))),
                Numbers.percent(MOST_SLOWER)));
    plans(rows).stream()
        .max(
            java.util.Comparator.comparingDouble(
                row -> row.decisionMicroseconds() / row.shortestMicroseconds()))
        .ifPresent(
            row ->
                text.append(
                    "deciding takes at most %s of a line's shortest stage (%s of %s µs, %s)\n"
                        .formatted(
                            Numbers.percent(
                                row.decisionMicroseconds() / row.shortestMicroseconds()),
                            Numbers.significant(row.decisionMicroseconds()),
                            Numbers.significant(row.shortestMicroseconds()),
                            row.line())));
    return text.toString();
  }

  public static String jsonLines(List<CheckRow> rows) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(JsonLines.line("check", row)));
    return text.toString();
  }

  /** Whether predictions and plans are as good as they have to be. */
  public static boolean good(List<CheckRow> rows) {
    return medianOff(rows) <= MOST_OFF && mostSlower(rows) <= MOST_SLOWER;
  }

  static double medianOff(List<CheckRow> rows) {
    List<Double> sorted = rows.stream().map(row -> Math.abs(row.off())).sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double mostSlower(List<CheckRow> rows) {
    List<Double> all = new ArrayList<>();
    for (CheckRow plan : plans(rows)) {
      best(rows, plan).ifPresent(best -> all.add(slower(plan, best)));
    }
    return all.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  private static List<CheckRow> plans(List<CheckRow> rows) {
    return rows.stream().filter(row -> row.on().equals(CheckRow.PLANNED)).toList();
  }

  private static Optional<CheckRow> best(List<CheckRow> rows, CheckRow plan) {
    return rows.stream()
        .filter(row -> row.line().equals(plan.line()) && !row.on().equals(CheckRow.PLANNED))
        .filter(CheckRow::timed)
        .min(java.util.Comparator.comparingDouble(CheckRow::measuredMilliseconds));
  }

  private static double slower(CheckRow plan, CheckRow best) {
    return plan.measuredMilliseconds() / best.measuredMilliseconds() - 1;
  }

  private static String signed(double share) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
  }
}
