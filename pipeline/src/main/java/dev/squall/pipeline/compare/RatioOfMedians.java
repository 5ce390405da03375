package dev.squall.pipeline.compare;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How many times as long one code takes as another, by the medians of their samples, with a
 * confidence interval by the bootstrap's percentiles (Efron, 1979): samples are drawn anew with
 * replacement from each side, and the interval holds the middle of the ratios that come of it.
 *
 * @param ratio median of the second over median of the first
 */
public record RatioOfMedians(double ratio, double low, double high) {
  static final int RESAMPLES = 5_000;

  /**
   * @param before ascending, at least one, all above zero
   * @param after likewise
   * @param confidence for example 0.99
   */
  public static RatioOfMedians of(
      double[] before, double[] after, double confidence, int resamples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] ratios = new double[resamples];
    int[] draws = new int[Math.max(before.length, after.length)];
    for (int i = 0; i < resamples; i++) {
      ratios[i] = resampled(after, draws, random) / resampled(before, draws, random);
    }
    Arrays.sort(ratios);
    double tail = (1 - confidence) / 2;
    return new RatioOfMedians(
        median(after) / median(before), percentile(ratios, tail), percentile(ratios, 1 - tail));
  }

  /**
   * The median of as many draws with replacement. Counting how often each sample was drawn gives
   * the drawn ones in order without sorting.
   */
  private static double resampled(double[] ascending, int[] draws, SplittableRandom random) {
    int count = ascending.length;
    Arrays.fill(draws, 0, count, 0);
    for (int i = 0; i < count; i++) {
      draws[random.nextInt(count)]++;
    }
    return (drawn(ascending, draws, (count - 1) / 2) + drawn(ascending, draws, count / 2)) / 2;
  }

  /** The drawn sample of a rank, from 0. */
  private static double drawn(double[] ascending, int[] draws, int rank) {
    int passed = 0;
    int i = -1;
    while (passed <= rank) {
      passed += draws[++i];
    }
    return ascending[i];
  }

  private static double median(double[] ascending) {
    int count = ascending.length;
    return (ascending[(count - 1) / 2] + ascending[count / 2]) / 2;
  }

  private static double percentile(double[] ascending, double share) {
    double rank = share * (ascending.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, ascending.length - 1);
    return ascending[below] + (rank - below) * (ascending[above] - ascending[below]);
  }
}
