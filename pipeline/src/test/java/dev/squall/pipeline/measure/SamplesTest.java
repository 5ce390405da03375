package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplesTest {
  /** Mean 5, squared deviations 9 + 1 + 1 + 1 + 0 + 0 + 4 + 16 = 32. */
  private static final Samples EIGHT = Samples.of(9, 2, 4, 5, 4, 7, 4, 5);

  @Test
  void orderStatistics() {
    assertThat(EIGHT.count()).isEqualTo(8);
    assertThat(EIGHT.seconds()).containsExactly(2, 4, 4, 4, 5, 5, 7, 9);
    assertThat(EIGHT.min()).isEqualTo(2);
    assertThat(EIGHT.max()).isEqualTo(9);
    assertThat(EIGHT.median()).isEqualTo(4.5);
  }

  /** Ranks 0.7, 6.3 and 6.93 of 0 to 7. */
  @Test
  void percentilesInterpolate() {
    assertThat(EIGHT.p10()).isCloseTo(2 + 0.7 * 2, within(1e-12));
    assertThat(EIGHT.p90()).isCloseTo(7 + 0.3 * 2, within(1e-12));
    assertThat(EIGHT.p99()).isCloseTo(7 + 0.93 * 2, within(1e-12));
    assertThat(EIGHT.percentile(0)).isEqualTo(2);
    assertThat(EIGHT.percentile(100)).isEqualTo(9);
  }

  @Test
  void medianOfAnOddNumberIsASample() {
    assertThat(Samples.of(3, 1, 2).median()).isEqualTo(2);
  }

  @Test
  void deviations() {
    assertThat(EIGHT.mean()).isEqualTo(5);
    assertThat(EIGHT.standardDeviation()).isCloseTo(Math.sqrt(32.0 / 7), within(1e-12));
    assertThat(EIGHT.coefficientOfVariation()).isCloseTo(Math.sqrt(32.0 / 7) / 5, within(1e-12));
  }

  /** Deviations from the median 4.5: five of 0.5, 2.5, 2.5, 4.5; their median is 0.5. */
  @Test
  void robustDeviationIgnoresOutliers() {
    assertThat(EIGHT.robustRelativeDeviation()).isCloseTo(1.4826 * 0.5 / 4.5, within(1e-12));
    assertThat(Samples.of(9000, 2, 4, 5, 4, 7, 4, 5).robustRelativeDeviation())
        .isEqualTo(EIGHT.robustRelativeDeviation());
  }

  @Test
  void oneSampleHasNoDeviation() {
    Samples one = Samples.of(0.25);
    assertThat(one.median()).isEqualTo(0.25);
    assertThat(one.p99()).isEqualTo(0.25);
    assertThat(one.standardDeviation()).isZero();
    assertThat(one.robustRelativeDeviation()).isZero();
    assertThat(one.medianUncertainty()).isZero();
  }

  @Test
  void timesBelowTheClocksStepDoNotDeviate() {
    Samples zeros = Samples.of(0, 0, 0);
    assertThat(zeros.coefficientOfVariation()).isZero();
    assertThat(zeros.robustRelativeDeviation()).isZero();
    assertThat(zeros.medianUncertainty()).isZero();
  }

  /** The textbook's ranks for 10, 20 and 100 samples are 2, 6 and 40. */
  @Test
  void medianIntervalIsMadeOfOrderStatistics() {
    assertThat(oneTo(10).medianInterval()).isEqualTo(new Samples.Interval(2, 9));
    assertThat(oneTo(20).medianInterval()).isEqualTo(new Samples.Interval(6, 15));
    assertThat(oneTo(100).medianInterval()).isEqualTo(new Samples.Interval(40, 61));
    assertThat(oneTo(10).medianUncertainty()).isCloseTo(3.5 / 5.5, within(1e-12));
  }

  @Test
  void medianIntervalCoversNinetyFivePercentAndLittleMore() {
    for (int n = 6; n <= 400; n++) {
      int k = (int) oneTo(n).medianInterval().low();
      assertThat(probabilityOfMissing(n, k)).as("n = %d, k = %d", n, k).isLessThanOrEqualTo(0.05);
      assertThat(probabilityOfMissing(n, k + 1)).as("n = %d, k = %d", n, k).isGreaterThan(0.048);
    }
  }

  /**
   * The interval from the k-th smallest to the k-th largest of n misses the median if fewer than k
   * fall on one side of it: with probability 2 Σ_{i<k} C(n,i) / 2ⁿ.
   */
  private static double probabilityOfMissing(int n, int k) {
    BigInteger ways = BigInteger.ZERO;
    BigInteger choose = BigInteger.ONE;
    for (int i = 0; i < k; i++) {
      ways = ways.add(choose);
      choose = choose.multiply(BigInteger.valueOf(n - i)).divide(BigInteger.valueOf(i + 1));
    }
    return 2 * ways.doubleValue() / Math.pow(2, n);
  }

  @Test
  void keepsACopy() {
    double[] seconds = {2, 1};
    Samples samples = Samples.of(seconds);
    seconds[1] = 5;
    samples.seconds()[0] = 7;
    assertThat(samples.seconds()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesWhatIsNoTime(double seconds) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Samples.of(1, seconds))
        .withMessageContaining(String.valueOf(seconds));
  }

  @Test
  void refusesNoSamplesAndNoPercentile() {
    assertThatIllegalArgumentException().isThrownBy(Samples::of).withMessage("no samples");
    assertThatIllegalArgumentException().isThrownBy(() -> EIGHT.percentile(100.5));
  }

  private static Samples oneTo(int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      values[i] = i + 1;
    }
    return Samples.of(values);
  }
}
