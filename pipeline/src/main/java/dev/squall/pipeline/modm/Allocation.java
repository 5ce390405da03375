package dev.squall.pipeline.modm;

/**
 * How many GPUs should run the large model.
 *
 * @param large between 1 and the number of GPUs
 * @param exact before rounding, where the rule has such a number
 * @param feasible whether the demand can then be met
 */
public record Allocation(int large, double exact, boolean feasible) {
  private static int clamp(long large, int gpus) {
    return Math.clamp(large, 1, gpus);
  }

  /**
   * As many large models as the demand leaves room for (quality mode). Spare capacity of large
   * models is counted in whole generations of theirs, as the paper does, though hits on small ones
   * are counted in those of the small.
   *
   * @param margin share of the spare capacity that hits may use: 1 in the paper, .9 in the released
   *     code
   */
  public static Allocation quality(Demand demand, Capacity capacity, double margin) {
    int gpus = capacity.gpus();
    long least = minimum(demand, capacity);
    long large = least;
    while (large <= gpus && margin * spare(demand, capacity, large) >= demand.hits()) {
      large++;
    }
    // The released code gives up where even the least number fails; the demand is then beyond all.
    boolean feasible = large > least;
    return new Allocation(clamp(large - 1, gpus), large - 1, feasible);
  }

  /** GPUs in proportion to the work that waits for each model (throughput mode). */
  public static Allocation throughput(Demand demand, Capacity capacity) {
    double hits = demand.hits() * capacity.large() / capacity.small();
    double total = hits + demand.misses();
    double exact = total > 0 ? capacity.gpus() * demand.misses() / total : capacity.gpus();
    int large = clamp(Math.round(exact), capacity.gpus());
    boolean feasible =
        large * capacity.large() >= demand.misses()
            && (capacity.gpus() - large) * capacity.small() >= demand.hits();
    return new Allocation(large, exact, feasible);
  }

  /** Large models that the misses alone need. */
  public static long minimum(Demand demand, Capacity capacity) {
    return (long) Math.ceil(demand.misses() / capacity.large());
  }

  private static double spare(Demand demand, Capacity capacity, long large) {
    return large * capacity.large()
        - demand.misses()
        + (capacity.gpus() - large) * capacity.small();
  }
}
