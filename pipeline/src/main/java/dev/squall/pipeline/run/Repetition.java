package dev.squall.pipeline.run;

import dev.squall.pipeline.measure.WarmUp;
import java.util.function.IntToDoubleFunction;

/**
 * How often a stage runs after its first, cold run.
 *
 * @param warmUpSeconds untimed runs take this much time at most; they end when times are stable
 * @param runs timed runs wanted
 * @param budgetSeconds no further timed run starts once they took this long, but {@link #LEAST} do
 */
public record Repetition(double warmUpSeconds, int runs, double budgetSeconds) {
  /** Timed runs that a median needs. */
  public static final int LEAST = 3;

  /** Only the first run, for its result. */
  public static Repetition none() {
    return exactly(0);
  }

  /** This many timed runs, however long they take, without warm-up. */
  public static Repetition exactly(int runs) {
    return new Repetition(0, runs, Double.POSITIVE_INFINITY);
  }

  /**
   * Runs a stage until it is warm; not at all where no timed run is wanted.
   *
   * @param code see {@link WarmUp#of}
   */
  WarmUp warmUp(IntToDoubleFunction code) {
    return WarmUp.of(code, runs > 0 ? warmUpSeconds : 0);
  }

  /** Whether another timed run is wanted after {@code timed} ones that took {@code seconds}. */
  boolean wants(int timed, double seconds) {
    return timed < runs && (seconds < budgetSeconds || timed < LEAST);
  }

  /** The same times with this many timed runs. */
  public Repetition withRuns(int count) {
    return new Repetition(warmUpSeconds, count, budgetSeconds);
  }
}
