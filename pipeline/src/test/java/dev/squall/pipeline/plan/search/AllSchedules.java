package dev.squall.pipeline.plan.search;

import java.util.HashSet;
import java.util.Set;

/**
 * The oracle: every order of the tasks that the graph allows with every choice of places, computed
 * anew for each from the definition of a schedule. Hopeless beyond five tasks.
 */
final class AllSchedules {
  private final Problem problem;
  private final int[] order;
  private final int[] places;
  private final boolean[] used;
  private double leastMakespan = Double.POSITIVE_INFINITY;
  private double leastInterval = Double.POSITIVE_INFINITY;
  private double leastEnergy = Double.POSITIVE_INFINITY;

  private AllSchedules(Problem problem) {
    this.problem = problem;
    order = new int[problem.tasks().size()];
    places = new int[order.length];
    used = new boolean[order.length];
    choose(0);
  }

  record Least(double makespan, double interval, double energy) {
    double of(Objective objective) {
      return switch (objective) {
        case LATENCY -> makespan;
        case THROUGHPUT -> interval;
        case ENERGY -> energy;
      };
    }
  }

  /** The least of each, infinite if nothing fits. */
  static Least of(Problem problem) {
    AllSchedules all = new AllSchedules(problem);
    return new Least(all.leastMakespan, all.leastInterval, all.leastEnergy);
  }

  private void choose(int position) {
    if (position == order.length) {
      take();
      return;
    }
    for (int task = 0; task < order.length; task++) {
      if (!used[task] && inputsWritten(task)) {
        used[task] = true;
        order[position] = task;
        for (int place = 0; place < problem.places().size(); place++) {
          if (problem.tasks().get(task).seconds()[place] < Double.POSITIVE_INFINITY) {
            places[task] = place;
            choose(position + 1);
          }
        }
        used[task] = false;
      }
    }
  }

  private boolean inputsWritten(int task) {
    for (int tensor : problem.tasks().get(task).reads()) {
      for (int other = 0; other < order.length; other++) {
        if (problem.tasks().get(other).writes()[0] == tensor && !used[other]) {
          return false;
        }
      }
    }
    return true;
  }

  private void take() {
    double[] written = new double[problem.tensorBytes().length];
    double[] free = new double[8];
    double[] busy = new double[8];
    Set<Integer> opened = new HashSet<>();
    Set<Long> held = new HashSet<>();
    double[] heldBytes = new double[8];
    double[] workspace = new double[8];
    double makespan = 0;
    double energy = 0;
    for (int task : order) {
      Problem.Task work = problem.tasks().get(task);
      Problem.Place place = problem.places().get(places[task]);
      double start = free[place.resource()];
      double seconds = work.seconds()[places[task]];
      seconds += opened.add(places[task]) ? place.openSeconds() : 0;
      for (int tensor : work.reads()) {
        start = Math.max(start, written[tensor]);
        if (place.ownMemory() && held.add(100L * places[task] + tensor)) {
          seconds += problem.tensorBytes()[tensor] * place.secondsPerByteIn();
          heldBytes[places[task]] += problem.tensorBytes()[tensor];
        }
      }
      int result = work.writes()[0];
      if (place.ownMemory()) {
        held.add(100L * places[task] + result);
        seconds += problem.tensorBytes()[result] * place.secondsPerByteOut();
        heldBytes[places[task]] += problem.tensorBytes()[result];
        workspace[places[task]] =
            Math.max(workspace[places[task]], work.workspaceBytes()[places[task]]);
        if (heldBytes[places[task]] + workspace[places[task]] > place.memoryBytes()) {
          return;
        }
      }
      written[result] = start + seconds;
      free[place.resource()] = start + seconds;
      busy[place.resource()] += seconds;
      makespan = Math.max(makespan, start + seconds);
      energy += seconds * place.watts();
    }
    double interval = 0;
    for (double seconds : busy) {
      interval = Math.max(interval, seconds);
    }
    leastMakespan = Math.min(leastMakespan, makespan);
    leastInterval = Math.min(leastInterval, interval);
    leastEnergy = Math.min(leastEnergy, energy);
  }
}
