package dev.squall.pipeline.plan.search;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Branch and bound over all schedules: tasks are appended by the time of their begin, each at every
 * place, and a branch ends where a lower bound of what it can reach is no better than what is
 * known. A schedule is met once, since a task that would begin before the last one appended is
 * appended before it elsewhere.
 */
final class ExactSearch {
  /** A branch must promise to be better by more than rounding. */
  private static final double BETTER = 1 - 1e-12;

  private final Problem problem;
  private final Goal goal;
  private final Timeline timeline;
  private final int[] byRank;
  private final int[][] after;

  /** The shortest that each task can take, and the least energy that it can use. */
  private final double[] leastSeconds;

  private final double[] leastEnergy;

  /** The shortest way from each task's end to the end of the line. */
  private final double[] tail;

  private final double[] earliestEnd;
  private final long limit;
  private long steps;
  private boolean complete = true;
  private Schedule best;

  /**
   * @param known a schedule to beat, if there is one
   * @param limit appends after which the search gives up
   */
  ExactSearch(Problem problem, Goal goal, Optional<Schedule> known, long limit) {
    this.problem = problem;
    this.goal = goal;
    this.timeline = new Timeline(problem);
    this.byRank = Ranks.order(problem);
    this.limit = limit;
    this.best =
        known.filter(schedule -> schedule.makespanSeconds() <= goal.deadlineSeconds()).orElse(null);
    int tasks = problem.tasks().size();
    leastSeconds = new double[tasks];
    leastEnergy = new double[tasks];
    tail = new double[tasks];
    earliestEnd = new double[tasks];
    int[][] before = problem.before();
    after =
        IntStream.range(0, tasks)
            .mapToObj(
                task ->
                    IntStream.range(0, tasks)
                        .filter(other -> Arrays.stream(before[other]).anyMatch(b -> b == task))
                        .toArray())
            .toArray(int[][]::new);
    for (int task = tasks - 1; task >= 0; task--) {
      leastSeconds[task] = Double.POSITIVE_INFINITY;
      leastEnergy[task] = Double.POSITIVE_INFINITY;
      for (int place = 0; place < problem.places().size(); place++) {
        double seconds = leastSeconds(task, place);
        leastSeconds[task] = Math.min(leastSeconds[task], seconds);
        if (seconds < Double.POSITIVE_INFINITY) {
          leastEnergy[task] =
              Math.min(leastEnergy[task], seconds * problem.places().get(place).watts());
        }
      }
      for (int next : after[task]) {
        tail[task] = Math.max(tail[task], leastSeconds[next] + tail[next]);
      }
    }
  }

  private double leastSeconds(int task, int place) {
    Problem.Place at = problem.places().get(place);
    double seconds = problem.tasks().get(task).seconds()[place];
    if (at.ownMemory()) {
      for (int tensor : problem.tasks().get(task).writes()) {
        seconds += problem.tensorBytes()[tensor] * at.secondsPerByteOut();
      }
    }
    return seconds;
  }

  /** The best schedule there is; the best that was found if the search gave up. */
  Optional<Schedule> run() {
    branch(0, -1);
    return Optional.ofNullable(best);
  }

  /** Whether nothing can be better. */
  boolean complete() {
    return complete;
  }

  private void branch(double lastStart, int lastTask) {
    if (timeline.count() == byRank.length) {
      Schedule found = timeline.schedule();
      if (found.makespanSeconds() <= goal.deadlineSeconds()
          && (best == null || found.betterThan(best, goal))) {
        best = found;
      }
      return;
    }
    for (int task : byRank) {
      if (timeline.ready(task)) {
        for (int place = 0; place < problem.places().size(); place++) {
          if (timeline.fits(task, place)) {
            if (++steps > limit) {
              complete = false;
              return;
            }
            double start = timeline.startAt(task, place);
            if (start > lastStart || start == lastStart && task > lastTask) {
              timeline.append(task, place);
              if (promising(start)) {
                branch(start, task);
              }
              timeline.takeBack();
              if (!complete) {
                return;
              }
            }
          }
        }
      }
    }
  }

  /**
   * Whether the tasks so far can still become a better schedule.
   *
   * @param now no further task begins before this
   */
  private boolean promising(double now) {
    double latest = timeline.makespan();
    double leftSeconds = 0;
    double leftEnergy = 0;
    for (int task = 0; task < tail.length; task++) {
      if (timeline.done(task)) {
        earliestEnd[task] = timeline.end(task);
      } else {
        double from = now;
        for (int other : timeline.before(task)) {
          from = Math.max(from, earliestEnd[other]);
        }
        earliestEnd[task] = from + leastSeconds[task];
        latest = Math.max(latest, earliestEnd[task] + tail[task]);
        leftSeconds += leastSeconds[task];
        leftEnergy += leastEnergy[task];
      }
    }
    int resources = problem.resources();
    double taken = leftSeconds;
    double busy = leftSeconds;
    for (int resource = 0; resource < resources; resource++) {
      taken += Math.max(timeline.free(resource), now);
      busy += timeline.busy(resource);
    }
    latest = Math.max(latest, taken / resources);
    if (latest > goal.deadlineSeconds()) {
      return false;
    }
    if (best == null) {
      return true;
    }
    double bound =
        switch (goal.objective()) {
          case LATENCY -> latest;
          case THROUGHPUT -> Math.max(timeline.busiest(), busy / resources);
          case ENERGY -> timeline.energy() + leftEnergy;
        };
    return bound < best.value(goal.objective()) * BETTER;
  }
}
