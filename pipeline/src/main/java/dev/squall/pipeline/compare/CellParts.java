package dev.squall.pipeline.compare;

import dev.squall.pipeline.measure.Measurement;
import dev.squall.pipeline.measure.Samples;
import java.util.ArrayList;
import java.util.List;

/** Turns measurements into the parts of a cell. */
final class CellParts {
  /** Samples that a cell keeps at most: enough for any interval of a median. */
  static final int MOST_SAMPLES = 1000;

  /** Beyond this share of the time, launches or copies are what the time goes to. */
  private static final double MOST_OF_IT = 0.5;

  private CellParts() {}

  /**
   * @param first parts of the first run
   * @param kernelSeconds median of the kernels alone; NaN if not known
   * @param copyOutSeconds likewise of the results' way back
   */
  static CellTimes times(
      Measurement measurement,
      double predictedSeconds,
      double openSeconds,
      dev.squall.pipeline.engine.DeviceSession.Times first,
      double kernelSeconds,
      double copyOutSeconds) {
    Samples samples = measurement.samples();
    return new CellTimes(
        samples.count(),
        kept(samples.seconds()),
        samples.min() * 1e9,
        samples.median() * 1e9,
        samples.p90() * 1e9,
        samples.p99() * 1e9,
        samples.coefficientOfVariation(),
        predictedSeconds * 1e9,
        openSeconds * 1e9,
        first.compile() * 1e9,
        first.total() * 1e9,
        first.copyIn() * 1e9,
        kernelSeconds * 1e9,
        copyOutSeconds * 1e9,
        measurement.quiet(),
        measurement.warm());
  }

  /** All samples, or so many of them at even ranks, the first and the last among them. */
  static List<Long> kept(double[] ascendingSeconds) {
    int all = ascendingSeconds.length;
    int count = Math.min(all, MOST_SAMPLES);
    List<Long> kept = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int rank = count == all ? i : (int) Math.round((double) i * (all - 1) / (count - 1));
      kept.add(Math.round(ascendingSeconds[rank] * 1e9));
    }
    return kept;
  }

  /**
   * @param flops arithmetic operations of a run
   * @param bytes that a run must move at least
   */
  static CellRates rates(double flops, double bytes, CellTimes times, Ceilings.Peaks peaks) {
    double seconds = times.medianNs() * 1e-9;
    Ceilings.Bound bound = peaks.bound(flops, bytes, seconds);
    return new CellRates(
        flops,
        bytes,
        flops / times.medianNs(),
        bytes / times.medianNs(),
        peaks.gflops(),
        peaks.gbs(),
        peaks.source(),
        bound.share(),
        boundBy(times, bound.by()));
  }

  private static String boundBy(CellTimes times, String roof) {
    if (times.copyOutNs() > MOST_OF_IT * times.medianNs()) {
      return "copy";
    }
    double outside = times.medianNs() - times.kernelNs() - Math.max(0, times.copyOutNs());
    return outside > MOST_OF_IT * times.medianNs() ? "launch" : roof;
  }
}
