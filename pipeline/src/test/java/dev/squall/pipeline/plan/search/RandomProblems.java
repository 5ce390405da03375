package dev.squall.pipeline.plan.search;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Random stage graphs on random machines. A task's time is its size over the place's speed, times
 * noise; copies cost from nearly nothing to far more than the work.
 */
final class RandomProblems {
  private RandomProblems() {}

  static Problem of(long seed, int mostTasks, int mostPlaces) {
    SplittableRandom random = new SplittableRandom(seed);
    int tasks = 1 + random.nextInt(mostTasks);
    int places = 1 + random.nextInt(mostPlaces);
    List<Problem.Place> machine = new ArrayList<>();
    double[] speed = new double[places];
    double slowLink = Math.exp(3 * random.nextGaussian());
    for (int place = 0; place < places; place++) {
      // The host first; another place may be a second way to its cores.
      boolean ownMemory = place > 0 && random.nextInt(10) < 7;
      int resource = ownMemory ? place : random.nextInt(2) == 0 ? 0 : place;
      double link = slowLink * Math.exp(0.5 * random.nextGaussian());
      machine.add(
          new Problem.Place(
              resource,
              ownMemory,
              link,
              link * Math.exp(0.3 * random.nextGaussian()),
              random.nextInt(3) == 0 ? 0.3 * random.nextDouble() : 0,
              ownMemory && random.nextInt(8) == 0 ? 6 : Double.POSITIVE_INFINITY,
              10 + 300 * random.nextDouble()));
      speed[place] = Math.exp(random.nextGaussian());
    }
    double density = random.nextDouble();
    int[] outputs = new int[tasks];
    List<Double> bytes = new ArrayList<>();
    List<Integer> given = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(3); i++) {
      given.add(bytes.size());
      bytes.add(random.nextDouble());
    }
    List<Problem.Task> graph = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      int next = task;
      int[] earlier =
          IntStream.range(0, task)
              .filter(other -> random.nextDouble() < density * 2 / (1 + next - other))
              .map(other -> outputs[other])
              .toArray();
      int[] reads =
          earlier.length > 0 && random.nextInt(3) > 0
              ? earlier
              : IntStream.concat(
                      IntStream.of(earlier), IntStream.of(given.get(random.nextInt(given.size()))))
                  .toArray();
      outputs[task] = bytes.size();
      bytes.add(random.nextDouble());
      double size = Math.exp(random.nextGaussian());
      double[] seconds = new double[places];
      double[] workspace = new double[places];
      for (int place = 0; place < places; place++) {
        seconds[place] =
            place > 0 && random.nextInt(6) == 0
                ? Double.POSITIVE_INFINITY
                : size / speed[place] * Math.exp(0.4 * random.nextGaussian());
        workspace[place] = random.nextDouble();
      }
      graph.add(new Problem.Task(seconds, workspace, reads, new int[] {outputs[task]}));
    }
    return new Problem(graph, machine, bytes.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The same graph and machine with every time multiplied by lognormal noise. */
  static Problem disturbed(Problem problem, double deviation, SplittableRandom random) {
    return new Problem(
        problem.tasks().stream()
            .map(
                task ->
                    new Problem.Task(
                        java.util.Arrays.stream(task.seconds())
                            .map(s -> s * Math.exp(deviation * random.nextGaussian()))
                            .toArray(),
                        task.workspaceBytes(),
                        task.reads(),
                        task.writes()))
            .toList(),
        problem.places(),
        problem.tensorBytes());
  }
}
