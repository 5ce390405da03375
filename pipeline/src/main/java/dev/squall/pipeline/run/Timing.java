package dev.squall.pipeline.run;

import java.util.List;

/**
 * How long a stage took, in seconds from call to return.
 *
 * @param first the first run, with compilation and cold caches
 * @param samples all later runs in order; the first again if there was only one
 */
public record Timing(double first, List<Double> samples) {
  public Timing {
    samples = List.copyOf(samples);
  }

  /** Median of the later runs. */
  public double median() {
    List<Double> sorted = samples.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
