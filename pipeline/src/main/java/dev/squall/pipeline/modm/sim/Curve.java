package dev.squall.pipeline.modm.sim;

import java.util.ArrayList;
import java.util.List;

/** What a service did over time, period by period. */
final class Curve {
  /** Points of a curve at most; longer runs are thinned to every so-manieth period. */
  private static final int POINTS = 240;

  private Curve() {}

  static List<Summary.Point> of(Scenario scenario, Outcome outcome) {
    double end = 0;
    for (double finish : outcome.finish()) {
      end = Math.max(end, finish);
    }
    double period = scenario.monitor().periodSeconds();
    double step = period * Math.ceil(end / period / POINTS);
    int steps = Math.max(1, (int) Math.ceil(end / step));
    double[] arrivals = new double[steps];
    double[] completions = new double[steps];
    double[] hits = new double[steps];
    int[] waiting = new int[steps];
    for (int i = 0; i < outcome.requests(); i++) {
      int in = at(outcome.arrival()[i], step, steps);
      arrivals[in]++;
      hits[in] += outcome.skipped()[i] >= 0 ? 1 : 0;
      completions[at(outcome.finish()[i], step, steps)]++;
      // Waiting at the end of each step between arrival and start.
      for (int s = in; s < steps && (s + 1) * step <= outcome.start()[i]; s++) {
        waiting[s]++;
      }
    }
    List<Summary.Point> points = new ArrayList<>();
    for (int s = 0; s < steps; s++) {
      points.add(
          new Summary.Point(
              (s + 1) * step / 60,
              arrivals[s] * 60 / step,
              completions[s] * 60 / step,
              arrivals[s] == 0 ? Double.NaN : hits[s] / arrivals[s],
              large(scenario, outcome, (s + 1) * step),
              waiting[s]));
    }
    return points;
  }

  private static int at(double time, double step, int steps) {
    return Math.min(steps - 1, (int) (time / step));
  }

  private static int large(Scenario scenario, Outcome outcome, double time) {
    int large = scenario.gpus();
    for (Outcome.Period period : outcome.periods()) {
      if (period.time() > time) {
        break;
      }
      large = period.large();
    }
    return large;
  }
}
