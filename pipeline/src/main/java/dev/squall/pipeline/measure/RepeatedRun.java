package dev.squall.pipeline.measure;

import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Times a piece of code: the first run apart, runs to warm up until their time is stable, then
 * samples until their median is certain enough.
 *
 * <p>Warm: the medians of three successive windows of runs differ by at most 2 % from one to the
 * next; a window is at least 3 runs and 50 ms, so that the compiler gets its turn within one.
 *
 * <p>Certain enough: {@link Samples#medianUncertainty} does not exceed the noise limit. That is the
 * error of the figure reported, the median; the spread of single runs does not shrink with more of
 * them, and a busy machine would never let it pass.
 *
 * @param minimumSamples samples to take at least
 * @param minimumSeconds time to sample at least
 * @param noiseLimit uncertainty of the median at which sampling ends
 * @param warmUpLimitSeconds time after which warming up ends, stable or not
 * @param limitSeconds time after which sampling ends, whatever the number and noise of the samples
 * @param nanoseconds the clock
 */
public record RepeatedRun(
    int minimumSamples,
    double minimumSeconds,
    double noiseLimit,
    double warmUpLimitSeconds,
    double limitSeconds,
    LongSupplier nanoseconds) {

  private static final int WINDOW_RUNS = 3;
  private static final double WINDOW_SECONDS = 0.05;
  private static final double STABLE = 0.02;
  private static final int STABLE_STEPS = 2;

  /** Bounds the memory of a measurement; a code this quick is certain long before. */
  private static final int MOST_SAMPLES = 1 << 20;

  public RepeatedRun {
    if (minimumSamples < 1) {
      throw new IllegalArgumentException("minimumSamples must be above zero");
    }
  }

  /** At least 10 samples and 0.5 s, noise at most 0.5 %, at most 5 s of warm-up and 15 s more. */
  public static RepeatedRun standard() {
    return new RepeatedRun(10, 0.5, 0.005, 5, 15, System::nanoTime);
  }

  /** The same with another limit of the sampling time, seconds. */
  public RepeatedRun withLimit(double seconds) {
    return new RepeatedRun(
        minimumSamples, minimumSeconds, noiseLimit, warmUpLimitSeconds, seconds, nanoseconds);
  }

  /** Runs {@code code} many times. Its first exception ends the measurement. */
  public Measurement measure(Runnable code) {
    long start = nanoseconds.getAsLong();
    double cold = time(code);
    WarmUp warmUp = warmUp(code, start);
    return sample(code, cold, warmUp);
  }

  private record WarmUp(int runs, boolean stable) {}

  private WarmUp warmUp(Runnable code, long start) {
    int runs = 0;
    int stableSteps = 0;
    double before = Double.NaN;
    SampleBuffer window = new SampleBuffer();
    while (secondsSince(start) < warmUpLimitSeconds) {
      window.add(time(code));
      runs++;
      if (window.count() >= WINDOW_RUNS && window.total() >= WINDOW_SECONDS
          || window.count() == MOST_SAMPLES) {
        double median = window.samples().median();
        // The comparison with the first window's NaN is false.
        stableSteps = Math.abs(median - before) <= STABLE * before ? stableSteps + 1 : 0;
        if (stableSteps == STABLE_STEPS) {
          return new WarmUp(runs, true);
        }
        before = median;
        window = new SampleBuffer();
      }
    }
    return new WarmUp(runs, false);
  }

  private Measurement sample(Runnable code, double cold, WarmUp warmUp) {
    long start = nanoseconds.getAsLong();
    SampleBuffer buffer = new SampleBuffer();
    int nextLook = minimumSamples;
    while (true) {
      buffer.add(time(code));
      double elapsed = secondsSince(start);
      boolean last = elapsed >= limitSeconds || buffer.count() == MOST_SAMPLES;
      boolean look = buffer.count() >= nextLook && elapsed >= minimumSeconds;
      if (look || last) {
        Samples samples = buffer.samples();
        boolean enough = samples.count() >= minimumSamples && elapsed >= minimumSeconds;
        boolean quiet = enough && samples.medianUncertainty() <= noiseLimit;
        if (quiet || last) {
          return new Measurement(cold, warmUp.runs(), warmUp.stable(), samples, quiet);
        }
        // Sorting at every sample would cost more than the samples.
        nextLook = buffer.count() + Math.max(1, buffer.count() / 10);
      }
    }
  }

  private double time(Runnable code) {
    long start = nanoseconds.getAsLong();
    code.run();
    return secondsSince(start);
  }

  private double secondsSince(long start) {
    return 1e-9 * (nanoseconds.getAsLong() - start);
  }

  /** Seconds as they come, unboxed. */
  private static final class SampleBuffer {
    private double[] values = new double[64];
    private int count;
    private double total;

    void add(double seconds) {
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = seconds;
      total += seconds;
    }

    int count() {
      return count;
    }

    double total() {
      return total;
    }

    Samples samples() {
      return Samples.of(Arrays.copyOf(values, count));
    }
  }
}
