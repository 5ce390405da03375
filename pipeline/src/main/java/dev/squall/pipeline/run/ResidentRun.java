package dev.squall.pipeline.run;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * A whole line run as one, again and again, on a device that keeps what its stages make. Its
 * results are those of the stages: every stage's output of the latest run was compared.
 *
 * @param first the first run, which moves the inputs to the device
 * @param runs the timed ones
 * @param fetched what bringing everything home took for the comparison, after the last run
 * @param replay the same line replayed from a recording; empty where the device makes none
 * @param replayFailure why there is no replay, if one was tried
 */
public record ResidentRun(
    Device device,
    Times first,
    List<Times> runs,
    Copies fetched,
    Optional<Replay> replay,
    Optional<SquallException> replayFailure) {

  /**
   * Runs of a recorded line. The device tells no kernel times of them; those of {@link
   * ResidentRun#runs}, the same commands one by one, stand for them.
   *
   * @param first the run that compiled and recorded
   * @param runs the timed ones
   */
  public record Replay(Times first, List<Times> runs) {
    public Replay {
      runs = List.copyOf(runs);
    }
  }

  public ResidentRun {
    runs = List.copyOf(runs);
  }

  /** Median of a part of a run whose commands were launched one by one, in seconds. */
  public double median(ToDoubleFunction<Times> part) {
    return median(runs, part);
  }

  /** Median from call to return, of replays where there are any, in seconds. */
  public double total() {
    return replay
        .map(recorded -> median(recorded.runs(), Times::total))
        .orElse(median(Times::total));
  }

  /** Median of the way to the device's process and back, in seconds. */
  public double way() {
    return median(replay.map(Replay::runs).orElse(runs), Times::way);
  }

  /** What a run takes beyond its kernels, in seconds. */
  public double beyondKernels() {
    return replay.isPresent()
        ? Math.max(0, total() - median(Times::compute))
        : median(Times::beyondKernels);
  }

  private static double median(List<Times> runs, ToDoubleFunction<Times> part) {
    return Timing.median(runs.stream().mapToDouble(part).boxed().toList());
  }

  /** What each timed run copied, replays first; the last one's, as all are alike. */
  public Copies copies() {
    return replay.map(Replay::runs).orElse(runs).getLast().copies();
  }
}
