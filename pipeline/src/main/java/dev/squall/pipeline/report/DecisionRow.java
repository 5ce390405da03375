package dev.squall.pipeline.report;

import dev.squall.pipeline.run.DecisionCost;

/**
 * What deciding where a line's stages go costs beside the shortest of them.
 *
 * @param freshMicroseconds a plan from scratch, median of {@code fresh}
 * @param anewMicroseconds another plan after one stage's times have changed, the same
 * @param keptMicroseconds a run's share in a stream that keeps its plan, mean of {@code kept}
 * @param streamMicroseconds the same among the stages of a real stream, whose caches hold other
 *     things: the median of {@code runs}
 * @param shortestMicroseconds the shortest stage of that stream, median
 */
public record DecisionRow(
    String line,
    double freshMicroseconds,
    double anewMicroseconds,
    int fresh,
    double keptMicroseconds,
    int kept,
    double streamMicroseconds,
    int runs,
    double shortestMicroseconds) {

  public static DecisionRow of(
      String line, DecisionCost cost, double streamSeconds, int runs, double shortestSeconds) {
    return new DecisionRow(
        line,
        cost.fresh() * 1e6,
        cost.anew() * 1e6,
        cost.freshDecisions(),
        cost.kept() * 1e6,
        cost.keptDecisions(),
        streamSeconds * 1e6,
        runs,
        shortestSeconds * 1e6);
  }

  double freshShare() {
    return freshMicroseconds / shortestMicroseconds;
  }

  double anewShare() {
    return anewMicroseconds / shortestMicroseconds;
  }

  double keptShare() {
    return keptMicroseconds / shortestMicroseconds;
  }

  double streamShare() {
    return streamMicroseconds / shortestMicroseconds;
  }
}
