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

  /** The same with other limits of the sampling, seconds and samples. */
  public RepeatedRun with(int samples, double leastSeconds, double mostSeconds, double noise) {
    return new RepeatedRun(
        samples, leastSeconds, noise, warmUpLimitSeconds, mostSeconds, nanoseconds);
  }

  /** The same with another limit of the warm-up, seconds. */
  public RepeatedRun withWarmUpLimit(double seconds) {
    return new RepeatedRun(
        minimumSamples, minimumSeconds, noiseLimit, seconds, limitSeconds, nanoseconds);
  }

  /** Runs {@code code} many times. Its first exception ends the measurement. */
  public Measurement measure(Runnable code) {
    Course course = begin();
    boolean more = true;
    while (more) {
      more = course.add(time(code));
    }
    return course.measurement();
  }

  /** For code that is run and timed elsewhere; the first run should begin now. */
  public Course begin() {
    return new Course();
  }

  /** A measurement under way: told of every run, it says whether another one is wanted. */
  public final class Course {
    private final long start = nanoseconds.getAsLong();
    private Phase phase = Phase.COLD;
    private double cold;

    private int warmUpRuns;
    private int stableSteps;
    private double before = Double.NaN;
    private boolean warm;

    private long sampling;
    private SampleBuffer buffer = new SampleBuffer();
    private int nextLook = minimumSamples;
    private Measurement measurement;

    private Course() {}

    /**
     * Takes the time of a run that has just ended.
     *
     * @return whether there should be another
     */
    public boolean add(double seconds) {
      switch (phase) {
        case COLD -> {
          cold = seconds;
          phase = Phase.WARM_UP;
          endLongWarmUp();
        }
        case WARM_UP -> {
          warmUp(seconds);
          endLongWarmUp();
        }
        case SAMPLING -> sample(seconds);
        case DONE -> throw new IllegalStateException("no further run was wanted");
      }
      return phase != Phase.DONE;
    }

    /** What came of it; only when no further run is wanted. */
    public Measurement measurement() {
      if (phase != Phase.DONE) {
        throw new IllegalStateException("more runs are wanted");
      }
      return measurement;
    }

    private void warmUp(double seconds) {
      buffer.add(seconds);
      warmUpRuns++;
      if (buffer.count() >= WINDOW_RUNS && buffer.total() >= WINDOW_SECONDS
          || buffer.count() == MOST_SAMPLES) {
        double median = buffer.samples().median();
        // The comparison with the first window's NaN is false.
        stableSteps = Math.abs(median - before) <= STABLE * before ? stableSteps + 1 : 0;
        before = median;
        buffer = new SampleBuffer();
        if (stableSteps == STABLE_STEPS) {
          warm = true;
          beginSampling();
        }
      }
    }

    private void endLongWarmUp() {
      if (phase == Phase.WARM_UP && secondsSince(start) >= warmUpLimitSeconds) {
        beginSampling();
      }
    }

    private void beginSampling() {
      phase = Phase.SAMPLING;
      buffer = new SampleBuffer();
      sampling = nanoseconds.getAsLong();
    }

    private void sample(double seconds) {
      buffer.add(seconds);
      double elapsed = secondsSince(sampling);
      boolean last = elapsed >= limitSeconds || buffer.count() == MOST_SAMPLES;
      boolean look = buffer.count() >= nextLook && elapsed >= minimumSeconds;
      if (look || last) {
        Samples samples = buffer.samples();
        boolean enough = samples.count() >= minimumSamples && elapsed >= minimumSeconds;
        boolean quiet = enough && samples.medianUncertainty() <= noiseLimit;
        if (quiet || last) {
          measurement = new Measurement(cold, warmUpRuns, warm, samples, quiet);
          phase = Phase.DONE;
        }
        // Sorting at every sample would cost more than the samples.
        nextLook = buffer.count() + Math.max(1, buffer.count() / 10);
      }
    }
  }

  private enum Phase {
    COLD,
    WARM_UP,
    SAMPLING,
    DONE
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
