package dev.squall.pipeline.report;

import dev.squall.pipeline.plan.Plan;
import java.util.List;

/**
 * A line's predicted and measured time.
 *
 * @param line names of its stages
 * @param on the device that ran all of it, or {@link #PLANNED}
 * @param sameAs the device whose schedule the plan is, and whose runs these are; empty if it has
 *     runs of its own
 * @param choices where each stage ran, and as what
 * @param timed whether times of these devices mean anything
 * @param runs that the measured time is the median of
 */
public record CheckRow(
    String line,
    String on,
    String sameAs,
    List<String> choices,
    boolean timed,
    double predictedMilliseconds,
    double measuredMilliseconds,
    int runs) {
  public static final String PLANNED = "the plan";

  public CheckRow {
    choices = List.copyOf(choices);
  }

  /**
   * @param predicted seconds, from before the runs
   * @param measured seconds, median of {@code runs}
   */
  public static CheckRow of(
      String line, String on, Plan plan, double predicted, double measured, int runs) {
    return new CheckRow(
        line,
        on,
        "",
        choices(plan),
        plan.timetable().stages().stream()
            .allMatch(
                stage -> plan.decision(stage).choice().device().profile().timing().meaningful()),
        predicted * 1e3,
        measured * 1e3,
        runs);
  }

  /** Where each stage goes, in the order of their begin: plans with the same are the same. */
  public static List<String> choices(Plan plan) {
    return plan.timetable().inOrder().stream()
        .map(
            stage ->
                "%s: %s on %s"
                    .formatted(
                        stage.name(),
                        plan.decision(stage).choice().variant().name(),
                        plan.decision(stage).choice().device().qualifiedId()))
        .toList();
  }

  /** The row of a plan that is this row's schedule: runs of one schedule are measured once. */
  public CheckRow asPlanned() {
    return new CheckRow(
        line, PLANNED, on, choices, timed, predictedMilliseconds, measuredMilliseconds, runs);
  }

  boolean measuredItself() {
    return sameAs.isEmpty();
  }

  /** How far off the prediction is, relative to it. */
  double off() {
    return measuredMilliseconds / predictedMilliseconds - 1;
  }
}
