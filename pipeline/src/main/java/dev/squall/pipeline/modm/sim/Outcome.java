package dev.squall.pipeline.modm.sim;

import java.util.List;

/**
 * What happened to each request, and what the monitor saw.
 *
 * @param first number of the first request served; those before it warmed the cache
 * @param arrival seconds by request from {@code first} on, as the arrays below
 * @param start seconds when a GPU took the request; of what was handed out as it is, when found
 * @param finish seconds when the image was done
 * @param skipped steps saved, −1 for a miss
 * @param source request whose image was used, −1 for a miss
 * @param model 0 for the large one, 1 and up for small ones, −1 where none was needed
 * @param busySeconds of all GPUs
 * @param swaps of models
 * @param periods by the monitor
 */
record Outcome(
    int first,
    double[] arrival,
    double[] start,
    double[] finish,
    int[] skipped,
    int[] source,
    int[] model,
    double[] sourceAge,
    double busySeconds,
    int swaps,
    List<Period> periods) {
  /**
   * What the monitor saw at the end of a period.
   *
   * @param arrivals requests a minute
   * @param completions images a minute
   * @param large GPUs with the large model from now on
   * @param small index of the small model of the others
   * @param waiting requests in the queues
   */
  record Period(
      double time,
      double arrivals,
      double completions,
      double hitRate,
      int large,
      int small,
      int waiting,
      boolean feasible) {}

  int requests() {
    return arrival.length;
  }

  double latency(int i) {
    return finish[i] - arrival[i];
  }
}
