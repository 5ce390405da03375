package dev.squall.pipeline.measure;

import java.util.Arrays;

/**
 * Times of equal runs, in seconds, sorted. At least one; all finite and not negative.
 *
 * <p>Percentiles interpolate linearly between the two nearest ranks, the first sample being the 0th
 * and the last the 100th (type 7 of Hyndman and Fan, 1996; the default of NumPy).
 */
public final class Samples {
  /** Standard deviation of a normal distribution over its median absolute deviation. */
  private static final double NORMAL_DEVIATION = 1.4826;

  /** Two-sided 95 % quantile of the standard normal distribution. */
  private static final double NORMAL_95 = 1.96;

  private final double[] sorted;

  private Samples(double[] sorted) {
    this.sorted = sorted;
  }

  /** Takes a copy of {@code seconds}, in any order. */
  public static Samples of(double... seconds) {
    if (seconds.length == 0) {
      throw new IllegalArgumentException("no samples");
    }
    for (double value : seconds) {
      if (!(value >= 0) || Double.isInfinite(value)) {
        throw new IllegalArgumentException("no time in seconds: " + value);
      }
    }
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    return new Samples(sorted);
  }

  public int count() {
    return sorted.length;
  }

  /** All samples in ascending order. */
  public double[] seconds() {
    return sorted.clone();
  }

  public double min() {
    return sorted[0];
  }

  public double max() {
    return sorted[sorted.length - 1];
  }

  public double median() {
    return percentile(50);
  }

  public double p10() {
    return percentile(10);
  }

  public double p90() {
    return percentile(90);
  }

  public double p99() {
    return percentile(99);
  }

  /**
   * The time that {@code percent} of the samples do not exceed.
   *
   * @param percent 0 to 100
   */
  public double percentile(double percent) {
    if (!(percent >= 0 && percent <= 100)) {
      throw new IllegalArgumentException("no percentile: " + percent);
    }
    return percentile(sorted, percent);
  }

  public double mean() {
    return Arrays.stream(sorted).sum() / sorted.length;
  }

  /** Of the population that the samples are drawn from (divisor n − 1); 0 for one sample. */
  public double standardDeviation() {
    if (sorted.length == 1) {
      return 0;
    }
    double mean = mean();
    double squares = Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / (sorted.length - 1));
  }

  /** Standard deviation over mean. */
  public double coefficientOfVariation() {
    return ratio(standardDeviation(), mean());
  }

  /**
   * The coefficient of variation as outliers cannot spoil it: median absolute deviation from the
   * median, times 1.4826 (which makes it the standard deviation of normal samples), over median.
   */
  public double robustRelativeDeviation() {
    double median = median();
    double[] deviations = Arrays.stream(sorted).map(x -> Math.abs(x - median)).sorted().toArray();
    return ratio(NORMAL_DEVIATION * percentile(deviations, 50), median);
  }

  /**
   * The 95 % confidence interval of the median, whatever the distribution: two order statistics,
   * whose ranks follow from the binomial distribution (Conover, Practical Nonparametric Statistics,
   * section 3.2). Fewer than six samples give their whole range, which covers less than 95 %.
   */
  public Interval medianInterval() {
    int count = sorted.length;
    long rank = Math.round(0.5 * (count - NORMAL_95 * Math.sqrt(count)));
    int low = (int) Math.max(1, rank) - 1;
    return new Interval(sorted[low], sorted[count - 1 - low]);
  }

  /** Half the width of {@link #medianInterval()} over the median: how noisy the median is. */
  public double medianUncertainty() {
    Interval interval = medianInterval();
    return ratio(0.5 * (interval.high() - interval.low()), median());
  }

  /** From {@code low} to {@code high}, both included, seconds. */
  public record Interval(double low, double high) {}

  private static double percentile(double[] sorted, double percent) {
    double rank = percent / 100 * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }

  /** A coarse clock may see no time pass at all: then nothing deviates either. */
  private static double ratio(double part, double whole) {
    return part == 0 ? 0 : part / whole;
  }
}
