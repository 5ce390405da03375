package dev.squall.pipeline.run;

import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A whole line run as one, again and again, on a device that keeps what its stages make. Its
 * results are those of the stages: every stage's output of the latest run was compared.
 *
 * @param first the first run, which moves the inputs to the device
 * @param runs the timed ones
 * @param fetched what bringing everything home took for the comparison, after the last run
 */
public record ResidentRun(Device device, Times first, List<Times> runs, Copies fetched) {
  public ResidentRun {
    runs = List.copyOf(runs);
  }

  /** Median of a part of a run, in seconds. */
  public double median(ToDoubleFunction<Times> part) {
    return Timing.median(runs.stream().mapToDouble(part).boxed().toList());
  }

  /** What each timed run copied; the last one's, as all are alike. */
  public Copies copies() {
    return runs.getLast().copies();
  }
}
