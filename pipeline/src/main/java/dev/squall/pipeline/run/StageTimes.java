package dev.squall.pipeline.run;

import dev.squall.kernels.spec.Signature;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Measured.Copied;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What runs of a line paid for one stage on one candidate: from when its inputs were there and its
 * device was free until its outputs were there, so the way from stage to stage is in it. The latest
 * are kept, unboxed. Not for several threads at once.
 */
public final class StageTimes {
  /** Runs that are kept. */
  static final int KEPT = 64;

  private final Stage stage;
  private final Candidate candidate;
  private final long[] begin = new long[KEPT];
  private final double[] seconds = new double[KEPT];
  private final double[] compute = new double[KEPT];
  private final double[] copyIn = new double[KEPT];
  private final double[] copyOut = new double[KEPT];
  private int count;
  private long firstBegin;
  private Times first;

  StageTimes(Stage stage, Candidate candidate) {
    this.stage = stage;
    this.candidate = candidate;
  }

  public Stage stage() {
    return stage;
  }

  public Candidate candidate() {
    return candidate;
  }

  /** All runs, those no longer kept too. */
  public int count() {
    return count;
  }

  /**
   * @param start nanoseconds
   * @param held seconds from when the stage could begin to its end
   */
  void add(long start, double held, Times times) {
    if (count == 0) {
      firstBegin = start;
      first = times;
    }
    int at = count++ % KEPT;
    begin[at] = start;
    seconds[at] = Math.max(held, times.total());
    compute[at] = times.compute();
    copyIn[at] = times.copyIn();
    copyOut[at] = times.copyOut();
  }

  /** Seconds of the latest {@code runs}, oldest first. */
  List<Double> latest(int runs) {
    List<Double> latest = new ArrayList<>();
    for (int run = count - Math.min(runs, kept()); run < count; run++) {
      latest.add(seconds[run % KEPT]);
    }
    return latest;
  }

  /** Median of the runs that are kept. */
  public double medianSeconds() {
    return count == 0 ? Double.POSITIVE_INFINITY : Timing.median(latest(KEPT));
  }

  /** Median time in kernels of the runs that are kept. */
  double medianCompute() {
    return Timing.median(Arrays.stream(compute, 0, kept()).boxed().toList());
  }

  private int kept() {
    return Math.min(count, KEPT);
  }

  /**
   * What a history learns of the latest runs; the first run is never among them.
   *
   * @param runs at most
   * @param line see {@link Measured#line}
   */
  Measured measured(int runs, String line) {
    int some = Math.min(Math.min(runs, KEPT), count - 1);
    List<Double> onDevice = new ArrayList<>();
    List<Double> launch = new ArrayList<>();
    List<Double> out = new ArrayList<>();
    for (int run = count - some; run < count; run++) {
      int at = run % KEPT;
      double spent = Math.max(compute[at], seconds[at] - copyIn[at] - copyOut[at]);
      onDevice.add(spent);
      launch.add(spent - compute[at]);
      out.add(copyOut[at]);
    }
    double outBytes =
        stage.kernel().signature().outputs().stream()
            .mapToDouble(port -> Signature.type(port, stage.sizes()).bytes())
            .sum();
    double outSeconds = Timing.median(out);
    return Measured.of(
            stage,
            candidate.variant(),
            candidate.device(),
            first.total(),
            onDevice,
            Timing.median(launch),
            // What a device was sent depends on the stages before, so its rate is not known here.
            Copied.NONE,
            outSeconds > 0 ? new Copied(outBytes, outSeconds) : Copied.NONE)
        .inLine(line)
        .warmedUp((begin[(count - some) % KEPT] - firstBegin) * 1e-9);
  }

  /** Whether there are enough of them to learn from, the first left out. */
  boolean enough() {
    return count > LearnedCostModel.TRUSTED;
  }
}
