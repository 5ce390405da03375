package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class RepeatedRunTest {
  private static final long MILLISECOND = 1_000_000;

  /** A clock that only the code under measurement moves, by a time that depends on the run. */
  private static final class FakeMachine {
    private final IntToLongFunction nanoseconds;
    private long now = 1234;
    private int runs;
    private long settledAt;

    FakeMachine(IntToLongFunction nanoseconds) {
      this.nanoseconds = nanoseconds;
    }

    void run() {
      now += nanoseconds.applyAsLong(runs++);
    }

    Measurement measure() {
      RepeatedRun standard = RepeatedRun.standard();
      return new RepeatedRun(
              standard.minimumSamples(),
              standard.minimumSeconds(),
              standard.noiseLimit(),
              standard.warmUpLimitSeconds(),
              standard.limitSeconds(),
              () -> now,
              () -> now >= settledAt)
          .measure(this::run);
    }
  }

  @Test
  void keepsTheColdRunApart() {
    Measurement measurement =
        new FakeMachine(run -> run == 0 ? 700 * MILLISECOND : 10 * MILLISECOND).measure();
    assertThat(measurement.coldSeconds()).isCloseTo(0.7, within(1e-9));
    assertThat(measurement.samples().max()).isCloseTo(0.01, within(1e-9));
  }

  /** Windows of 50 ms hold 5 runs; the third is the first with two equal ones before it. */
  @Test
  void steadyCodeStopsAtTheMinimum() {
    FakeMachine machine = new FakeMachine(run -> 10 * MILLISECOND);
    Measurement measurement = machine.measure();
    assertThat(measurement.warmUpRuns()).isEqualTo(15);
    assertThat(measurement.warm()).isTrue();
    assertThat(measurement.quiet()).isTrue();
    // 0.5 s are 50 runs; the number of samples grows by a tenth between two looks.
    assertThat(measurement.samples().count()).isBetween(50, 55);
    assertThat(machine.runs).isEqualTo(1 + 15 + measurement.samples().count());
  }

  @Test
  void slowCodeStillGetsTenSamples() {
    Measurement measurement = new FakeMachine(run -> 1000 * MILLISECOND).measure();
    assertThat(measurement.samples().count()).isEqualTo(10);
    assertThat(measurement.quiet()).isTrue();
    // Three windows of three runs would take 9 s; the limit is 5 s, one of them the cold run's.
    assertThat(measurement.warmUpRuns()).isEqualTo(4);
    assertThat(measurement.warm()).isFalse();
  }

  @Test
  void theTimeLimitEndsCodeTooSlowForTenSamples() {
    Measurement measurement = new FakeMachine(run -> 4000 * MILLISECOND).measure();
    assertThat(measurement.samples().count()).isEqualTo(4);
    assertThat(measurement.quiet()).isFalse();
  }

  /** 100 ms falls by a tenth a run to 10 ms: no sample may come from the fall. */
  @Test
  void warmsUpUntilTheTimeIsStable() {
    Measurement measurement =
        new FakeMachine(
                run -> Math.max(10 * MILLISECOND, (long) (100 * MILLISECOND * Math.pow(0.9, run))))
            .measure();
    assertThat(measurement.warm()).isTrue();
    assertThat(measurement.warmUpRuns()).isGreaterThan(22);
    assertThat(measurement.samples().max()).isCloseTo(0.01, within(1e-9));
  }

  /** The code is compiled meanwhile: equal times alone do not make it warm. */
  @Test
  void warmsUpUntilTheCompilerRests() {
    FakeMachine machine = new FakeMachine(run -> (run < 60 ? 10 : 1) * MILLISECOND);
    machine.settledAt = 1234 + 600 * MILLISECOND;
    Measurement measurement = machine.measure();
    assertThat(measurement.warm()).isTrue();
    assertThat(measurement.samples().max()).isCloseTo(0.001, within(1e-9));
  }

  /** A machine that slows down by 1 % each run never settles. */
  @Test
  void theWarmUpHasALimit() {
    Measurement measurement =
        new FakeMachine(run -> (long) (MILLISECOND * Math.pow(1.01, run))).measure();
    assertThat(measurement.warm()).isFalse();
    assertThat(measurement.samples().min()).isPositive();
  }

  /** Half the runs take 20 % longer: the median lies between, and more samples do not help. */
  @Test
  void noiseIsSaidNotHidden() {
    Measurement measurement =
        new FakeMachine(run -> (run % 2 == 0 ? 10 : 12) * MILLISECOND).measure();
    assertThat(measurement.quiet()).isFalse();
    assertThat(measurement.samples().medianUncertainty()).isGreaterThan(0.005);
    double sampled = measurement.samples().mean() * measurement.samples().count();
    assertThat(sampled).isBetween(15.0, 15.012);
  }

  /** Evenly spread over ±5 %: far above the limit at 50 samples, within it at some hundreds. */
  @Test
  void noisyCodeGetsMoreSamples() {
    Measurement measurement =
        new FakeMachine(run -> 9_500_000 + (run * 618_034L) % 1_000_000).measure();
    assertThat(measurement.quiet()).isTrue();
    assertThat(measurement.samples().count()).isGreaterThan(100);
    assertThat(measurement.samples().medianUncertainty()).isLessThanOrEqualTo(0.005);
    assertThat(measurement.samples().median()).isCloseTo(0.01, within(0.0001));
  }

  @Test
  void aClockTooCoarseStillEnds() {
    Measurement measurement = new FakeMachine(run -> run < 5_000_000 ? 0 : MILLISECOND).measure();
    assertThat(measurement.samples().count()).isLessThanOrEqualTo(1 << 20);
  }

  @Test
  void anExceptionEndsTheMeasurement() {
    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                RepeatedRun.standard()
                    .measure(
                        () -> {
                          throw new IllegalStateException("broken");
                        }))
        .withMessage("broken");
  }

  @Test
  void measuresRealTime() {
    RepeatedRun quick = new RepeatedRun(3, 0.01, 0.5, 0.1, 0.2, System::nanoTime, () -> true);
    Measurement measurement = quick.measure(() -> sleep(2));
    assertThat(measurement.samples().min()).isGreaterThanOrEqualTo(0.002);
    assertThat(measurement.samples().count()).isGreaterThanOrEqualTo(3);
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
