package dev.squall.pipeline.run;

import dev.squall.pipeline.measure.Measurement;
import dev.squall.pipeline.measure.RepeatedRun;
import dev.squall.pipeline.plan.Measured;
import java.util.function.DoublePredicate;

/**
 * Says how often a line runs until its time is known: first for as long as compilers take, for a
 * code may run evenly and slowly until its compilation is done, then until its time is stable, then
 * for the runs that count.
 */
public final class SettledRuns implements DoublePredicate {
  /** Runs may become slower by so much and still be as many as they must. */
  private static final double ROOM = 1.3;

  private final RepeatedRun timing;
  private final int fewest;
  private final double firstSeconds;
  private double spent;
  private RepeatedRun.Course course;

  /**
   * @param timing of the runs after those in which compilers settle
   * @param fewest runs that should count even where they take longer than {@code timing} allows
   */
  public SettledRuns(RepeatedRun timing, int fewest) {
    this(timing, fewest, Measured.SETTLED);
  }

  SettledRuns(RepeatedRun timing, int fewest, double firstSeconds) {
    this.timing = timing;
    this.fewest = fewest;
    this.firstSeconds = firstSeconds;
  }

  @Override
  public boolean test(double seconds) {
    if (course == null) {
      spent += seconds;
      if (spent >= firstSeconds) {
        course = timing.withLimit(Math.max(timing.limitSeconds(), ROOM * fewest * seconds)).begin();
      }
      return true;
    }
    return course.add(seconds);
  }

  /** The runs that count, the last ones; only when no further run is wanted. */
  public Measurement measurement() {
    return course.measurement();
  }
}
