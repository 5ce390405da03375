package dev.squall.pipeline.plan.search;

/** What a search makes small. */
public enum Objective {
  /** Seconds from the first stage's begin to the last one's end. */
  LATENCY,
  /** Seconds between two results of a stream: the time of the busiest resource. */
  THROUGHPUT,
  /** Joules: watts of each place times the seconds that it works. */
  ENERGY
}
