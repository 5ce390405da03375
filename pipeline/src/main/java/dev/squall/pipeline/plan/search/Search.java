package dev.squall.pipeline.plan.search;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds schedules. Equal problems give equal schedules. */
public final class Search {
  /** Tasks up to which the exact search is tried. */
  public static final int MOST_EXACT = 12;

  /** Appends that the exact search may spend: below a tenth of a second. */
  public static final long EXACT_STEPS = 200_000;

  private Search() {}

  /**
   * A schedule and how it was found.
   *
   * @param proven whether the model allows no better one
   */
  public record Found(Schedule schedule, boolean proven) {}

  /**
   * The best schedule that a tenth of a second allows, proven best where it can be; empty if none
   * was found that keeps memory and deadline.
   */
  public static Optional<Found> best(Problem problem, Goal goal) {
    Optional<Schedule> known = heuristic(problem, goal);
    if (problem.tasks().size() > MOST_EXACT) {
      return known
          .filter(schedule -> schedule.makespanSeconds() <= goal.deadlineSeconds())
          .map(schedule -> new Found(schedule, false));
    }
    ExactSearch search = new ExactSearch(problem, goal, known, EXACT_STEPS);
    return search
        .run()
        .map(schedule -> soonest(problem, goal, schedule))
        .map(schedule -> new Found(schedule, search.complete()));
  }

  /**
   * Where only a sum over places counts, the order of the tasks is still free: the best is taken.
   */
  private static Schedule soonest(Problem problem, Goal goal, Schedule schedule) {
    if (goal.objective() == Objective.LATENCY) {
      return schedule;
    }
    Problem fixed =
        new Problem(
            IntStream.range(0, problem.tasks().size())
                .mapToObj(task -> only(problem.tasks().get(task), schedule.places()[task]))
                .toList(),
            problem.places(),
            problem.tensorBytes());
    return new ExactSearch(fixed, Goal.of(Objective.LATENCY), Optional.of(schedule), EXACT_STEPS)
        .run()
        .orElse(schedule);
  }

  private static Problem.Task only(Problem.Task task, int place) {
    double[] seconds = new double[task.seconds().length];
    Arrays.fill(seconds, Double.POSITIVE_INFINITY);
    seconds[place] = task.seconds()[place];
    return new Problem.Task(seconds, task.workspaceBytes(), task.reads(), task.writes());
  }

  /**
   * HEFT, or one place for everything where that is better; then single tasks are moved while that
   * helps. Empty if none of these fits.
   */
  public static Optional<Schedule> heuristic(Problem problem, Goal goal) {
    Optional<Schedule> best = Heft.schedule(problem, goal);
    for (int place = 0; place < problem.places().size(); place++) {
      best = better(best, onePlace(problem, place), goal);
    }
    return best.map(schedule -> withMoves(problem, goal, schedule));
  }

  /**
   * Everything at one place, but for tasks that do not run there, which go where they are quickest.
   */
  public static Optional<Schedule> onePlace(Problem problem, int place) {
    int[] order = IntStream.range(0, problem.tasks().size()).toArray();
    int[] at = new int[order.length];
    for (int task : order) {
      Problem.Task work = problem.tasks().get(task);
      at[task] = work.runsAt(place) ? place : quickest(work);
    }
    return replay(problem, order, at);
  }

  /** Tasks one after another at given places; empty if something does not fit. */
  public static Optional<Schedule> replay(Problem problem, int[] order, int[] places) {
    Timeline timeline = new Timeline(problem);
    return timeline.replay(order, places) ? Optional.of(timeline.schedule()) : Optional.empty();
  }

  /** What copies would take at each place if a task of a schedule went there. */
  public static double[] copySeconds(Problem problem, Schedule schedule, int task) {
    Timeline timeline = new Timeline(problem);
    for (int earlier : schedule.order()) {
      if (earlier == task) {
        break;
      }
      timeline.append(earlier, schedule.places()[earlier]);
    }
    return IntStream.range(0, problem.places().size())
        .mapToDouble(place -> timeline.copySeconds(task, place))
        .toArray();
  }

  private static int quickest(Problem.Task task) {
    int best = 0;
    for (int place = 1; place < task.seconds().length; place++) {
      if (task.seconds()[place] < task.seconds()[best]) {
        best = place;
      }
    }
    return best;
  }

  /** Each round moves the one task whose move helps most. */
  private static Schedule withMoves(Problem problem, Goal goal, Schedule from) {
    int[] byRank = Ranks.order(problem);
    Timeline timeline = new Timeline(problem);
    Schedule best = from;
    for (int round = 0; round < problem.tasks().size(); round++) {
      Schedule improved = best;
      int[] places = best.places().clone();
      for (int task = 0; task < places.length; task++) {
        int stays = places[task];
        for (int place = 0; place < problem.places().size(); place++) {
          if (place != stays) {
            places[task] = place;
            if (timeline.replay(byRank, places) && timeline.schedule().betterThan(improved, goal)) {
              improved = timeline.schedule();
            }
          }
        }
        places[task] = stays;
      }
      if (improved == best) {
        return best;
      }
      best = improved;
    }
    return best;
  }

  private static Optional<Schedule> better(
      Optional<Schedule> known, Optional<Schedule> other, Goal goal) {
    boolean takes =
        other.isPresent() && (known.isEmpty() || other.get().betterThan(known.get(), goal));
    return takes ? other : known;
  }
}
