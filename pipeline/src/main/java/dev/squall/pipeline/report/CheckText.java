package dev.squall.pipeline.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What {@code plan --check} shows. */
public final class CheckText {
  /** The median of all predictions may be so far off. */
  static final double MOST_OFF = 0.15;

  /** A plan may take so much longer than the best single device in the same run. */
  static final double MOST_SLOWER = 0.05;

  private CheckText() {}

  /** Deciding may take so much of the shortest stage that it places. */
  static final double MOST_DECIDING = 0.01;

  public static String terminal(List<CheckRow> rows, List<DecisionRow> decisions) {
    TextTable table = new TextTable("line", "on", ">predicted ms", ">measured ms", ">off", ">runs");
    for (CheckRow row : rows) {
      table.row(
          List.of(
              row.line(),
              row.on(),
              Numbers.significant(row.predictedMilliseconds()),
              Numbers.significant(row.measuredMilliseconds()),
              signed(row.off()),
              row.measuredItself() ? String.valueOf(row.runs()) : "as " + row.sameAs()));
    }
    StringBuilder text = new StringBuilder(table.plain()).append('\n');
    for (CheckRow plan : plans(rows)) {
      text.append(
          "%s: %s\n"
              .formatted(
                  plan.line(),
                  best(rows, plan)
                      .filter(best -> !plan.sameAs().equals(best.on()))
                      .map(
                          best ->
                              "plan %s ms, best single device %s %s ms: %s"
                                  .formatted(
                                      Numbers.significant(plan.measuredMilliseconds()),
                                      best.on(),
                                      Numbers.significant(best.measuredMilliseconds()),
                                      signed(slower(plan, best))))
                      .orElseGet(
                          () ->
                              plan.measuredItself()
                                  ? "no single device can run it"
                                  : "the plan is %s's own schedule, measured once, %s ms"
                                      .formatted(
                                          plan.sameAs(),
                                          Numbers.significant(plan.measuredMilliseconds())))));
    }
    text.append(
        "predictions, from other runs than these, are %s off in the median (at most %s allowed); plans are at most %s slower than the best single device (%s allowed)\n"
            .formatted(
                Numbers.percent(medianOff(rows)),
                Numbers.percent(MOST_OFF),
                Numbers.percent(Math.max(0, mostSlower(rows))),
                Numbers.percent(MOST_SLOWER)));
    TextTable costs =
        new TextTable(
            "deciding",
            ">from scratch µs",
            ">anew µs",
            ">a run µs",
            ">in a stream µs",
            ">shortest stage µs",
            ">share");
    for (DecisionRow row : decisions) {
      costs.row(
          List.of(
              row.line(),
              Numbers.significant(row.freshMicroseconds()),
              Numbers.significant(row.anewMicroseconds()),
              Numbers.significant(row.keptMicroseconds()),
              Numbers.significant(row.streamMicroseconds()),
              Numbers.significant(row.shortestMicroseconds()),
              Numbers.percent(row.keptShare())));
    }
    if (!decisions.isEmpty()) {
      text.append('\n').append(costs.plain());
      text.append(
          "a run of a stream that keeps its plan spends at most %s of the line's shortest stage on deciding (%s allowed; %s among the stages of a real stream); a plan from scratch, once a stream, takes at most %s of it, and another after times have changed %s (%d decisions each, %d kept)\n"
              .formatted(
                  Numbers.percent(most(decisions, DecisionRow::keptShare)),
                  Numbers.percent(MOST_DECIDING),
                  Numbers.percent(most(decisions, DecisionRow::streamShare)),
                  Numbers.percent(most(decisions, DecisionRow::freshShare)),
                  Numbers.percent(most(decisions, DecisionRow::anewShare)),
                  decisions.stream().mapToInt(DecisionRow::fresh).min().orElse(0),
                  decisions.stream().mapToInt(DecisionRow::kept).min().orElse(0)));
    }
    return text.toString();
  }

  private static double most(List<DecisionRow> rows, ToDoubleFunction<DecisionRow> share) {
    return rows.stream().mapToDouble(share).max().orElse(0);
  }

  public static String jsonLines(List<CheckRow> rows, List<DecisionRow> decisions) {
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(JsonLines.line("check", row)));
    decisions.forEach(row -> text.append(JsonLines.line("decision", row)));
    return text.toString();
  }

  /** Whether predictions and plans are as good as they have to be. */
  public static boolean good(List<CheckRow> rows) {
    return medianOff(rows) <= MOST_OFF && mostSlower(rows) <= MOST_SLOWER;
  }

  static double medianOff(List<CheckRow> rows) {
    // A plan that is a device's schedule has that device's runs, which count once.
    List<Double> sorted =
        rows.stream()
            .filter(CheckRow::measuredItself)
            .map(row -> Math.abs(row.off()))
            .sorted()
            .toList();
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
