package dev.squall.pipeline.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RatioOfMediansTest {
  private static final int MANY = 200_000;

  /**
   * All resamples of three samples on either side, 27 × 27, counted out: the bootstrap draws from
   * exactly this distribution.
   */
  @Test
  void percentilesAreThoseOfTheEnumeratedDistribution() {
    double[] before = {10, 11, 15};
    double[] after = {20, 24, 33};
    TreeMap<Double, Integer> ratios = new TreeMap<>();
    for (double m : medians(before)) {
      for (double n : medians(after)) {
        ratios.merge(n / m, 1, Integer::sum);
      }
    }
    // Shares that lie well inside a step of the distribution, not on its edge.
    for (double confidence : new double[] {0.95, 0.8, 0.5}) {
      RatioOfMedians found = RatioOfMedians.of(before, after, confidence, MANY, 1);
      assertThat(found.ratio()).isEqualTo(24.0 / 11);
      assertThat(found.low())
          .as("low at %s", confidence)
          .isEqualTo(at(ratios, (1 - confidence) / 2));
      assertThat(found.high()).isEqualTo(at(ratios, (1 + confidence) / 2));
    }
  }

  private static double[] medians(double[] values) {
    double[] medians = new double[27];
    for (int i = 0; i < 27; i++) {
      double[] drawn = {values[i % 3], values[i / 3 % 3], values[i / 9]};
      Arrays.sort(drawn);
      medians[i] = drawn[1];
    }
    return medians;
  }

  private static double at(TreeMap<Double, Integer> counts, double share) {
    int passed = 0;
    for (Map.Entry<Double, Integer> each : counts.entrySet()) {
      passed += each.getValue();
      if (passed > share * 27 * 27) {
        return each.getKey();
      }
    }
    throw new AssertionError();
  }

  /**
   * The resampled median of an odd number n of samples is the k-th of them with a probability that
   * the binomial distribution gives; with the other side fixed, the interval's ends follow.
   */
  @Test
  void medianOfManySamplesFollowsTheBinomialDistribution() {
    int n = 101;
    double[] after = new double[n];
    for (int i = 0; i < n; i++) {
      after[i] = i + 1;
    }
    RatioOfMedians found = RatioOfMedians.of(new double[] {1}, after, 0.9, MANY, 3);
    assertThat(found.ratio()).isEqualTo(51);
    assertThat(found.low()).isCloseTo(quantile(n, 0.05), within(1.0));
    assertThat(found.high()).isCloseTo(quantile(n, 0.95), within(1.0));
  }

  /** The smallest k so that at least half of n draws fall at or below k with this probability. */
  private static int quantile(int n, double share) {
    for (int k = 1; k <= n; k++) {
      double p = (double) k / n;
      double atLeastHalf = 0;
      for (int hits = (n + 1) / 2; hits <= n; hits++) {
        atLeastHalf +=
            Math.exp(
                logChoose(n, hits)
                    + hits * Math.log(p)
                    + (n - hits) * Math.log(Math.max(1e-300, 1 - p)));
      }
      if (atLeastHalf >= share) {
        return k;
      }
    }
    throw new AssertionError();
  }

  private static double logChoose(int n, int k) {
    double sum = 0;
    for (int i = 1; i <= k; i++) {
      sum += Math.log(n - k + i) - Math.log(i);
    }
    return sum;
  }

  /** Of 400 pairs with a true ratio of 1.1 the 90 % intervals should hold it in about 360. */
  @Test
  void intervalsHoldTheTrueRatioAsOftenAsTheySay() {
    Random random = new Random(5);
    int held = 0;
    for (int pair = 0; pair < 400; pair++) {
      RatioOfMedians found =
          RatioOfMedians.of(samples(random, 1), samples(random, 1.1), 0.9, 400, pair);
      held += found.low() <= 1.1 && 1.1 <= found.high() ? 1 : 0;
    }
    // Four standard deviations of the binomial distribution, and the bootstrap's own bias.
    assertThat(held).isBetween(330, 388);
  }

  /** Times with a long tail, as machines have them. */
  private static double[] samples(Random random, double median) {
    double[] samples = new double[40];
    for (int i = 0; i < samples.length; i++) {
      samples[i] =
          median * Math.exp(0.05 * random.nextGaussian() + 0.01 * Math.pow(random.nextDouble(), 8));
    }
    Arrays.sort(samples);
    return samples;
  }

  @Test
  void equalSeedsGiveEqualIntervals() {
    double[] before = {1, 2, 3, 4, 5, 6};
    double[] after = {2, 3, 4, 5, 6, 9};
    assertThat(RatioOfMedians.of(before, after, 0.9, 100, 7))
        .isEqualTo(RatioOfMedians.of(before, after, 0.9, 100, 7))
        .isNotEqualTo(RatioOfMedians.of(before, after, 0.9, 100, 8));
  }

  @Test
  void oneSampleIsItsOwnInterval() {
    assertThat(RatioOfMedians.of(new double[] {2}, new double[] {3}, 0.99, 50, 1))
        .isEqualTo(new RatioOfMedians(1.5, 1.5, 1.5));
  }
}
