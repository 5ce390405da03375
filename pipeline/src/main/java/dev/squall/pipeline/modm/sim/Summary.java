package dev.squall.pipeline.modm.sim;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The figures of one simulated service.
 *
 * @param label what the scenario is, unique among those of a sweep
 * @param origin of the trace; says whether prompts and times are real
 * @param throughputPerMinute images over the time from the first arrival to the last image
 * @param slo share of requests that took longer than so many times the large model's latency
 * @param skippedShares share of hits by steps saved
 * @param youngHits share of hits on images made less than four hours before; NaN where unknown
 * @param fullShare share of images that a large model made from nothing
 */
public record Summary(
    String label,
    String origin,
    String embedder,
    ServingSystem system,
    String gpu,
    int gpus,
    String large,
    List<String> small,
    int cacheSize,
    double ratePerMinute,
    int requests,
    double hitRate,
    Map<Integer, Double> skippedShares,
    double throughputPerMinute,
    double latencyMeanSeconds,
    double latencyP50Seconds,
    double latencyP95Seconds,
    double latencyP99Seconds,
    Map<Integer, Double> slo,
    double wattHoursPerImage,
    double utilization,
    double meanLarge,
    int swaps,
    double youngHits,
    double fullShare,
    double simulatedHours,
    List<Point> curve) {
  private static final double FOUR_HOURS = 4 * 3600;

  /** One period of the monitor, for curves; without a monitor one of as long. */
  public record Point(
      double minute,
      double arrivals,
      double completions,
      double hitRate,
      double large,
      int waiting) {}

  static Summary of(
      String label,
      Scenario scenario,
      GpuProfile gpu,
      Trace trace,
      String embedder,
      double rate,
      Outcome outcome) {
    double[] latencies = new double[outcome.requests()];
    Arrays.setAll(latencies, outcome::latency);
    Arrays.sort(latencies);
    double begin = Arrays.stream(outcome.arrival()).min().orElse(0);
    double span = Arrays.stream(outcome.finish()).max().orElse(0) - begin;
    long hits = Arrays.stream(outcome.skipped()).filter(k -> k >= 0).count();
    double capacity = span * scenario.gpus();
    double watts =
        gpu.busyWatts() * outcome.busySeconds()
            + gpu.idleWatts() * (capacity - outcome.busySeconds());
    Map<Integer, Double> slo = new LinkedHashMap<>();
    for (int times : new int[] {2, 4}) {
      slo.put(times, shareAbove(latencies, times * scenario.large().seconds()));
    }
    return new Summary(
        label,
        trace.origin(),
        embedder,
        scenario.system(),
        gpu.id(),
        scenario.gpus(),
        scenario.large().name(),
        scenario.system().mixed()
            ? scenario.small().stream().map(GpuProfile.Model::name).toList()
            : List.of(),
        scenario.system() == ServingSystem.VANILLA ? 0 : scenario.cacheSize(),
        rate,
        outcome.requests(),
        (double) hits / outcome.requests(),
        shares(outcome.skipped(), hits),
        60 * outcome.requests() / span,
        Arrays.stream(latencies).average().orElse(Double.NaN),
        percentile(latencies, .5),
        percentile(latencies, .95),
        percentile(latencies, .99),
        slo,
        watts / 3600 / outcome.requests(),
        outcome.busySeconds() / capacity,
        outcome.periods().stream()
            .mapToInt(Outcome.Period::large)
            .average()
            .orElse(scenario.gpus()),
        outcome.swaps(),
        youngHits(outcome),
        fullShare(outcome),
        span / 3600,
        Curve.of(scenario, outcome));
  }

  /** The smallest value that at least the share {@code p} does not exceed. */
  static double percentile(double[] sorted, double p) {
    return sorted[Math.max(0, (int) Math.ceil(p * sorted.length) - 1)];
  }

  private static double shareAbove(double[] values, double limit) {
    return Arrays.stream(values).filter(v -> v > limit).count() / (double) values.length;
  }

  private static Map<Integer, Double> shares(int[] skipped, long hits) {
    Map<Integer, Double> shares = new TreeMap<>();
    for (int k : skipped) {
      if (k >= 0) {
        shares.merge(k, 1.0 / hits, Double::sum);
      }
    }
    return shares;
  }

  private static double youngHits(Outcome outcome) {
    double[] ages = Arrays.stream(outcome.sourceAge()).filter(age -> !Double.isNaN(age)).toArray();
    return ages.length == 0
        ? Double.NaN
        : Arrays.stream(ages).filter(age -> age < FOUR_HOURS).count() / (double) ages.length;
  }

  private static double fullShare(Outcome outcome) {
    return Arrays.stream(outcome.skipped()).filter(k -> k < 0).count()
        / (double) outcome.requests();
  }
}
