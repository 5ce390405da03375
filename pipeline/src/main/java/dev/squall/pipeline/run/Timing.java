package dev.squall.pipeline.run;

import dev.squall.pipeline.engine.DeviceSession.Times;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How long a stage took, in seconds from call to return.
 *
 * @param first the first run, with compilation and cold caches
 * @param samples all later runs in order; the first again if there was only one
 * @param parts where the time of each run went, the first run included; empty if not known
 * @param warmSeconds from the first run to the first sample
 * @param settled whether times were equal by then and no compiler at work
 * @param sentBytes bytes that the first run moved to the device: as the engine counted them, else
 *     those of tensors that were not there
 */
public record Timing(
    double first,
    List<Double> samples,
    List<Times> parts,
    double warmSeconds,
    boolean settled,
    long sentBytes) {
  public Timing {
    samples = List.copyOf(samples);
    parts = List.copyOf(parts);
  }

  public Timing(double first, List<Double> samples) {
    this(first, samples, List.of(), 0, false, 0);
  }

  /** Median of the later runs. */
  public double median() {
    return median(samples);
  }

  /** Median of a part of the timed runs; NaN if not known. */
  public double median(ToDoubleFunction<Times> part) {
    List<Times> timed = parts.subList(Math.max(0, parts.size() - samples.size()), parts.size());
    return timed.isEmpty() ? Double.NaN : median(timed.stream().mapToDouble(part).boxed().toList());
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
