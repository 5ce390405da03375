package dev.squall.pipeline.plan.search;

import java.util.Arrays;

/**
 * Who does what where and when.
 *
 * @param places of each task
 * @param order tasks by begin
 * @param slots of each task
 * @param energyJoules NaN if a place's watts are not known
 * @param intervalSeconds the busiest resource's time
 */
public record Schedule(
    int[] places,
    int[] order,
    Slot[] slots,
    double makespanSeconds,
    double intervalSeconds,
    double energyJoules) {

  /**
   * A task's time.
   *
   * @param start when its place is taken, seconds from the line's begin
   * @param open making the place ready
   * @param copyIn what it reads and the place does not hold
   * @param work launch and compute
   * @param copyOut what it makes
   */
  public record Slot(double start, double open, double copyIn, double work, double copyOut) {
    public double end() {
      return start + open + copyIn + work + copyOut;
    }
  }

  public double value(Objective objective) {
    return switch (objective) {
      case LATENCY -> makespanSeconds;
      case THROUGHPUT -> intervalSeconds;
      case ENERGY -> energyJoules;
    };
  }

  /** Whether this one serves the goal better; among equals the sooner end decides. */
  boolean betterThan(Schedule other, Goal goal) {
    boolean late = makespanSeconds > goal.deadlineSeconds();
    boolean otherLate = other.makespanSeconds > goal.deadlineSeconds();
    if (late != otherLate) {
      return otherLate;
    }
    if (late) {
      return makespanSeconds < other.makespanSeconds;
    }
    int byValue = Double.compare(value(goal.objective()), other.value(goal.objective()));
    return byValue != 0 ? byValue < 0 : makespanSeconds < other.makespanSeconds;
  }

  @Override
  public String toString() {
    return "%.6g s at %s in order %s"
        .formatted(makespanSeconds, Arrays.toString(places), Arrays.toString(order));
  }
}
