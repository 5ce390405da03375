package dev.squall.pipeline.plan.search;

/**
 * What is wanted of a schedule.
 *
 * @param deadlineSeconds the latest end; infinite for none
 */
public record Goal(Objective objective, double deadlineSeconds) {
  public static Goal of(Objective objective) {
    return new Goal(objective, Double.POSITIVE_INFINITY);
  }
}
