package dev.squall.pipeline.report;

import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.measure.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Where the time of repeated runs went: copies and kernels, as the device's own clock saw them. */
public final class RunParts {
  private final List<DeviceSession.Times> runs = new ArrayList<>();

  public void add(DeviceSession.Times times) {
    runs.add(times);
  }

  public double copyInMilliseconds(int lastRuns) {
    return median(lastRuns, DeviceSession.Times::copyIn);
  }

  public double kernelMilliseconds(int lastRuns) {
    return median(lastRuns, DeviceSession.Times::compute);
  }

  public double copyOutMilliseconds(int lastRuns) {
    return median(lastRuns, DeviceSession.Times::copyOut);
  }

  /** The last runs, at most so many. */
  public List<DeviceSession.Times> last(int count) {
    return List.copyOf(runs.subList(Math.max(0, runs.size() - count), runs.size()));
  }

  private double median(int lastRuns, ToDoubleFunction<DeviceSession.Times> part) {
    double[] values =
        runs.subList(Math.max(0, runs.size() - lastRuns), runs.size()).stream()
            .mapToDouble(part)
            .toArray();
    return 1e3 * Samples.of(values).median();
  }
}
