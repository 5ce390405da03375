package dev.squall.pipeline.compare;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.measure.RepeatedRun;
import java.util.Locale;
import java.util.Map;

/**
 * How long each cell is measured.
 *
 * @param samples at least
 * @param minSeconds of sampling at least
 * @param maxSeconds of sampling at most
 * @param noiseLimit uncertainty of the median, relative, at which sampling ends
 * @param warmUpSeconds of warming up at most
 */
public record CellTiming(
    int samples, double minSeconds, double maxSeconds, double noiseLimit, double warmUpSeconds) {
  /** Runs that a warm-up takes at least, if it is not cut short. */
  private static final int WARM_UP_RUNS = 9;

  private static final double WARM_UP_SECONDS = 0.15;

  public CellTiming {
    require("samples", samples >= 1, samples);
    require("min-time", minSeconds >= 0 && Double.isFinite(minSeconds), minSeconds);
    require("max-time", maxSeconds > 0 && Double.isFinite(maxSeconds), maxSeconds);
    require("noise", noiseLimit > 0, noiseLimit);
    require("warm-up", warmUpSeconds >= 0 && Double.isFinite(warmUpSeconds), warmUpSeconds);
    if (minSeconds > maxSeconds) {
      throw SquallException.invalidInput(
          "min-time = %s s is more than max-time = %s s".formatted(minSeconds, maxSeconds));
    }
  }

  private static void require(String name, boolean good, Object value) {
    if (!good) {
      throw SquallException.invalidInput("%s = %s: out of range".formatted(name, value));
    }
  }

  /** 10 samples and 0.5 s at least, 15 s at most, 0.5 % of noise, 5 s of warm-up. */
  public static CellTiming standard() {
    RepeatedRun standard = RepeatedRun.standard();
    return new CellTiming(
        standard.minimumSamples(),
        standard.minimumSeconds(),
        standard.limitSeconds(),
        standard.noiseLimit(),
        standard.warmUpLimitSeconds());
  }

  RepeatedRun repeatedRun() {
    return RepeatedRun.standard()
        .with(samples, minSeconds, maxSeconds, noiseLimit)
        .withWarmUpLimit(warmUpSeconds);
  }

  /** Seconds that a cell takes if its runs take {@code run} and all is quiet. */
  double leastSeconds(double run) {
    double warmUp = Math.min(warmUpSeconds, Math.max(WARM_UP_SECONDS, WARM_UP_RUNS * run));
    return warmUp + Math.min(maxSeconds, Math.max(minSeconds, samples * run));
  }

  /** Seconds that a cell takes if its times never settle. */
  double mostSeconds(double run) {
    return warmUpSeconds + maxSeconds + 2 * run;
  }

  void define(Map<String, String> definition) {
    definition.put(
        "timing",
        String.format(
            Locale.ROOT,
            "%d samples, %s to %s s, noise %s, warm-up %s s",
            samples,
            minSeconds,
            maxSeconds,
            noiseLimit,
            warmUpSeconds));
  }
}
