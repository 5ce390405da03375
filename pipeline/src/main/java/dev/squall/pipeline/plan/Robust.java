package dev.squall.pipeline.plan;

import java.util.Arrays;
import java.util.List;

/** Statistics that a few disturbed measurements do not spoil. */
final class Robust {
  /** Standard deviation of a normal distribution over its median absolute deviation. */
  private static final double NORMAL_DEVIATION = 1.4826;

  /** A time this many deviations from the median is an outlier. */
  private static final double OUTLIER = 3.5;

  /** Times scatter at least so much, relative; a lucky few must not make outliers of the rest. */
  private static final double LEAST_SCATTER = 0.02;

  private Robust() {}

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The values without those that are far from the median. */
  static double[] withoutOutliers(double[] values) {
    double median = median(values);
    double scatter = Math.max(deviation(values), LEAST_SCATTER * median);
    return Arrays.stream(values)
        .filter(value -> Math.abs(value - median) <= OUTLIER * scatter)
        .toArray();
  }

  /** All times of records, without those that are far from their median; none if there are none. */
  static double[] withoutOutliersOf(List<Measured> records) {
    double[] all =
        records.stream()
            .flatMap(measured -> measured.seconds().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    return all.length == 0 ? all : withoutOutliers(all);
  }

  /** The standard deviation, from the median of the distances to the median. */
  static double deviation(double[] values) {
    double median = median(values);
    return NORMAL_DEVIATION
        * median(Arrays.stream(values).map(value -> Math.abs(value - median)).toArray());
  }
}
