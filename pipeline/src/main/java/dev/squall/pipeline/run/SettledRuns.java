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
  private final RepeatedRun timing;
  private final double firstSeconds;
  private double spent;
  private RepeatedRun.Course course;

  /**
   * @param timing of the runs after those in which compilers settle
   */
  public SettledRuns(RepeatedRun timing) {
    this(timing, Measured.SETTLED);
  }

  SettledRuns(RepeatedRun timing, double firstSeconds) {
    this.timing = timing;
    this.firstSeconds = firstSeconds;
  }

  @Override
  public boolean test(double seconds) {
    if (course == null) {
      spent += seconds;
      if (spent >= firstSeconds) {
        course = timing.begin();
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
