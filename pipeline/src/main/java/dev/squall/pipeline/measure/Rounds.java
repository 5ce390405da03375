package dev.squall.pipeline.measure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Times several actions in turns, so that a disturbance of the machine falls on all alike.
 *
 * @param warmUp rounds before the first that counts
 * @param rounds rounds to time
 * @param limitSeconds time, warm-up included, after which no further round starts once {@value
 *     #FEWEST} were timed
 */
record Rounds(int warmUp, int rounds, double limitSeconds) {
  private static final int FEWEST = 3;

  /** The times of each action. */
  List<Samples> time(Runnable... actions) {
    double[][] seconds = new double[actions.length][rounds];
    long start = System.nanoTime();
    for (int round = 0; round < warmUp; round++) {
      for (Runnable action : actions) {
        action.run();
      }
    }
    int done = 0;
    while (done < rounds && (done < FEWEST || secondsSince(start) < limitSeconds)) {
      for (int i = 0; i < actions.length; i++) {
        long begin = System.nanoTime();
        actions[i].run();
        seconds[i][done] = secondsSince(begin);
      }
      done++;
    }
    int timed = done;
    return IntStream.range(0, actions.length)
        .mapToObj(i -> Samples.of(Arrays.copyOf(seconds[i], timed)))
        .toList();
  }

  /**
   * How much longer than the quick runs (10th percentile) the median took, of the action where that
   * is most: 0.1 for 10 %. Near zero on an idle machine.
   */
  static double spread(List<Samples> times) {
    return times.stream().mapToDouble(t -> t.median() / t.p10() - 1).max().orElseThrow();
  }

  private static double secondsSince(long start) {
    return 1e-9 * (System.nanoTime() - start);
  }
}
