package dev.squall.pipeline.measure;

import java.util.function.BooleanSupplier;
import java.util.function.IntToDoubleFunction;

/**
 * Tells when a piece of code that runs again and again has become warm: the medians of three
 * successive windows of runs differ by at most 2 % from one to the next, and nothing that changes
 * its speed is still under way. A window is at least 3 runs and 50 ms.
 */
public final class WarmUp {
  private static final int WINDOW_RUNS = 3;
  private static final double WINDOW_SECONDS = 0.05;
  private static final double STABLE = 0.02;
  private static final int STABLE_STEPS = 2;

  private final BooleanSupplier settled;
  private SampleBuffer window = new SampleBuffer();
  private double before = Double.NaN;
  private int stableSteps;
  private int runs;
  private double seconds;

  /**
   * @param settled whether nothing is under way that will make the code faster; asked once a window
   */
  public WarmUp(BooleanSupplier settled) {
    this.settled = settled;
  }

  /**
   * Runs {@code code} until it is warm and the JIT compiler rests, or until {@code limitSeconds}
   * are spent.
   *
   * @param code takes its run's number, from 0 on, and returns the seconds that it took
   */
  public static WarmUp of(IntToDoubleFunction code, double limitSeconds) {
    WarmUp warmUp = new WarmUp(JitCompiler::idle);
    while (!warmUp.warm() && warmUp.seconds < limitSeconds) {
      warmUp.add(code.applyAsDouble(warmUp.runs));
    }
    return warmUp;
  }

  /** Takes the time of a run, seconds; returns whether the code is warm. */
  public boolean add(double runSeconds) {
    runs++;
    seconds += runSeconds;
    window.add(runSeconds);
    if (window.count() >= WINDOW_RUNS && window.total() >= WINDOW_SECONDS || window.full()) {
      double median = window.samples().median();
      // The comparison with the first window's NaN is false.
      boolean stable = Math.abs(median - before) <= STABLE * before && settled.getAsBoolean();
      stableSteps = stable ? stableSteps + 1 : 0;
      before = median;
      window = new SampleBuffer();
    }
    return warm();
  }

  public boolean warm() {
    return stableSteps >= STABLE_STEPS;
  }

  public int runs() {
    return runs;
  }

  /** Of all runs together. */
  public double seconds() {
    return seconds;
  }
}
