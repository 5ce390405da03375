package dev.squall.pipeline.plan.search;

/**
 * How long the way from each task's begin to the end of the line is, with every task as long as it
 * takes on the average of its places, copies included (the upward rank of HEFT).
 */
final class Ranks {
  private Ranks() {}

  /** Tasks, the longest way first; among equals the first of the graph. */
  static int[] order(Problem problem) {
    double[] ranks = ranks(problem);
    return java.util.stream.IntStream.range(0, ranks.length)
        .boxed()
        .sorted(
            java.util.Comparator.<Integer>comparingDouble(task -> -ranks[task])
                .thenComparing(task -> task))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  static double[] ranks(Problem problem) {
    int[][] before = problem.before();
    double[] behind = new double[problem.tasks().size()];
    double[] ranks = new double[problem.tasks().size()];
    for (int task = problem.tasks().size() - 1; task >= 0; task--) {
      ranks[task] = meanSeconds(problem, task) + behind[task];
      for (int other : before[task]) {
        behind[other] = Math.max(behind[other], ranks[task]);
      }
    }
    return ranks;
  }

  private static double meanSeconds(Problem problem, int task) {
    Problem.Task work = problem.tasks().get(task);
    double sum = 0;
    int count = 0;
    for (int place = 0; place < problem.places().size(); place++) {
      if (work.runsAt(place)) {
        Problem.Place at = problem.places().get(place);
        sum += work.seconds()[place];
        if (at.ownMemory()) {
          sum += bytes(problem, work.writes()) * at.secondsPerByteOut();
        }
        count++;
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private static double bytes(Problem problem, int[] tensors) {
    double sum = 0;
    for (int tensor : tensors) {
      sum += problem.tensorBytes()[tensor];
    }
    return sum;
  }
}
