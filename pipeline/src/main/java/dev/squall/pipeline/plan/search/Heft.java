package dev.squall.pipeline.plan.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Heterogeneous earliest finish time (Topcuoglu, Hariri and Wu, 2002) with insertion: tasks by the
 * length of the way behind them, each to the place where it ends first, in a gap if one is long
 * enough. What a place holds already is not copied again, which draws a task to its data.
 */
final class Heft {
  private final Problem problem;
  private final Goal goal;
  private final int[][] before;
  private final double[] end;
  private final double[] start;
  private final int[] placeOf;
  private final double[] busy;
  private final List<List<Integer>> onResource = new ArrayList<>();

  /** Knows what each place holds; its times, without insertion, are not used. */
  private final Timeline holdings;

  private Heft(Problem problem, Goal goal) {
    this.problem = problem;
    this.goal = goal;
    this.before = problem.before();
    int tasks = problem.tasks().size();
    end = new double[tasks];
    start = new double[tasks];
    placeOf = new int[tasks];
    busy = new double[problem.resources()];
    IntStream.range(0, problem.resources()).forEach(r -> onResource.add(new ArrayList<>()));
    holdings = new Timeline(problem);
  }

  /** Empty if some task fits nowhere beside those before it. */
  static Optional<Schedule> schedule(Problem problem, Goal goal) {
    return new Heft(problem, goal).run();
  }

  private Optional<Schedule> run() {
    int[] byRank = Ranks.order(problem);
    for (int task : byRank) {
      if (!put(task)) {
        return Optional.empty();
      }
    }
    int[] order =
        IntStream.of(byRank)
            .boxed()
            .sorted(Comparator.comparingDouble(task -> start[task]))
            .mapToInt(Integer::intValue)
            .toArray();
    return holdings.replay(order, placeOf) ? Optional.of(holdings.schedule()) : Optional.empty();
  }

  private boolean put(int task) {
    int best = -1;
    double bestValue = 0;
    double bestStart = 0;
    double bestEnd = 0;
    for (int place = 0; place < problem.places().size(); place++) {
      if (holdings.fits(task, place)) {
        double seconds = holdings.duration(task, place);
        double from = firstGap(task, place, seconds);
        double value = value(place, seconds, from + seconds);
        if (best < 0 || value < bestValue || value == bestValue && from + seconds < bestEnd) {
          best = place;
          bestValue = value;
          bestStart = from;
          bestEnd = from + seconds;
        }
      }
    }
    if (best < 0) {
      return false;
    }
    int resource = problem.places().get(best).resource();
    start[task] = bestStart;
    end[task] = bestEnd;
    placeOf[task] = best;
    busy[resource] += bestEnd - bestStart;
    onResource.get(resource).add(task);
    onResource.get(resource).sort(Comparator.comparingDouble(other -> start[other]));
    holdings.append(task, best);
    return true;
  }

  private double value(int place, double seconds, double finish) {
    return switch (goal.objective()) {
      case LATENCY -> finish;
      case THROUGHPUT -> busy[problem.places().get(place).resource()] + seconds;
      case ENERGY -> problem.places().get(place).watts() * seconds;
    };
  }

  private double firstGap(int task, int place, double seconds) {
    double from = 0;
    for (int other : before[task]) {
      from = Math.max(from, end[other]);
    }
    for (int other : onResource.get(problem.places().get(place).resource())) {
      if (start[other] >= from + seconds) {
        return from;
      }
      from = Math.max(from, end[other]);
    }
    return from;
  }
}
