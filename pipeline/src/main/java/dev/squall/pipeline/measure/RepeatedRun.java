package dev.squall.pipeline.measure;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Times a piece of code: the first run apart, runs to warm up until their time is stable, then
 * samples until their median is certain enough.
 *
 * <p>Warm is what {@link WarmUp} says.
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
 * @param settled whether nothing is under way that will make the code faster
 */
public record RepeatedRun(
    int minimumSamples,
    double minimumSeconds,
    double noiseLimit,
    double warmUpLimitSeconds,
    double limitSeconds,
    LongSupplier nanoseconds,
    BooleanSupplier settled) {

  public RepeatedRun {
    if (minimumSamples < 1) {
      throw new IllegalArgumentException("minimumSamples must be above zero");
    }
  }

  /** At least 10 samples and 0.5 s, noise at most 0.5 %, at most 5 s of warm-up and 15 s more. */
  public static RepeatedRun standard() {
    return new RepeatedRun(10, 0.5, 0.005, 5, 15, System::nanoTime, JitCompiler::idle);
  }

  /** The same with another limit of the sampling time, seconds. */
  public RepeatedRun withLimit(double seconds) {
    return new RepeatedRun(
        minimumSamples,
        minimumSeconds,
        noiseLimit,
        warmUpLimitSeconds,
        seconds,
        nanoseconds,
        settled);
  }

  /** The same with other limits of the sampling, seconds and samples. */
  public RepeatedRun with(int samples, double leastSeconds, double mostSeconds, double noise) {
    return new RepeatedRun(
        samples, leastSeconds, noise, warmUpLimitSeconds, mostSeconds, nanoseconds, settled);
  }

  /** The same with another limit of the warm-up, seconds. */
  public RepeatedRun withWarmUpLimit(double seconds) {
    return new RepeatedRun(
        minimumSamples, minimumSeconds, noiseLimit, seconds, limitSeconds, nanoseconds, settled);
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

    private final WarmUp warmUp = new WarmUp(settled);

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
          if (warmUp.add(seconds)) {
            beginSampling();
          }
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
      boolean last = elapsed >= limitSeconds || buffer.full();
      boolean look = buffer.count() >= nextLook && elapsed >= minimumSeconds;
      if (look || last) {
        Samples samples = buffer.samples();
        boolean enough = samples.count() >= minimumSamples && elapsed >= minimumSeconds;
        boolean quiet = enough && samples.medianUncertainty() <= noiseLimit;
        if (quiet || last) {
          measurement = new Measurement(cold, warmUp.runs(), warmUp.warm(), samples, quiet);
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
}
