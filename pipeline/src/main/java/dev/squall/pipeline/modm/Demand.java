package dev.squall.pipeline.modm;

/**
 * What arrived in the last period.
 *
 * @param rate requests a minute, R
 * @param hitRate share of them for which the cache holds an image, H
 * @param remaining mean share of a whole generation that a hit still takes, F = Σ share_k (1 − k/T)
 */
public record Demand(double rate, double hitRate, double remaining) {
  /** Misses a minute. */
  public double misses() {
    return (1 - hitRate) * rate;
  }

  /** Hits a minute, in whole generations. */
  public double hits() {
    return hitRate * rate * remaining;
  }
}
