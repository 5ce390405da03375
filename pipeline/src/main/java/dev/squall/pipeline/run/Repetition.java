package dev.squall.pipeline.run;

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

  /** The same times with this many timed runs. */
  public Repetition withRuns(int count) {
    return new Repetition(warmUpSeconds, count, budgetSeconds);
  }
}
