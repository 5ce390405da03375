package dev.squall.pipeline.report;

import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.run.StreamResult;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A line's predicted and measured time.
 *
 * @param line names of its stages
 * @param on the device that ran all of it, or {@link #PLANNED}
 * @param choices where each stage ran, and as what
 * @param timed whether times of these devices mean anything
 * @param runs that the measured time is the median of
 * @param decisionMicroseconds spent on deciding, each run
 * @param shortestMicroseconds the shortest stage of the last run
 */
public record CheckRow(
    String line,
    String on,
    List<String> choices,
    boolean timed,
    double predictedMilliseconds,
    double measuredMilliseconds,
    int runs,
    double decisionMicroseconds,
    double shortestMicroseconds) {
  public static final String PLANNED = "the plan";

  public CheckRow {
    choices = List.copyOf(choices);
  }

  /**
   * @param warmUp runs that do not count
   */
  public static CheckRow of(String line, String on, Plan plan, StreamResult result, int warmUp) {
    List<Double> counted =
        result.seconds().subList(warmUp, result.seconds().size()).stream().sorted().toList();
    int middle = counted.size() / 2;
    double median =
        counted.size() % 2 == 1
            ? counted.get(middle)
            : (counted.get(middle - 1) + counted.get(middle)) / 2;
    return new CheckRow(
        line,
        on,
        plan.timetable().stages().stream()
            .map(
                stage ->
                    "%s: %s on %s"
                        .formatted(
                            stage.name(),
                            plan.decision(stage).choice().variant().name(),
                            plan.decision(stage).choice().device().qualifiedId()))
            .collect(Collectors.toList()),
        plan.timetable().stages().stream()
            .allMatch(
                stage -> plan.decision(stage).choice().device().profile().timing().meaningful()),
        plan.predictedSeconds() * 1e3,
        median * 1e3,
        counted.size(),
        result.decisionSeconds() / result.seconds().size() * 1e6,
        result.spans().stream().mapToDouble(span -> span.end() - span.start()).min().orElse(0)
            * 1e6);
  }

  /** How far off the prediction is, relative to it. */
  double off() {
    return measuredMilliseconds / predictedMilliseconds - 1;
  }
}
