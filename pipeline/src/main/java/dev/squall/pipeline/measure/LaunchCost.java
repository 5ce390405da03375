package dev.squall.pipeline.measure;

import dev.squall.kernels.host.HostThreads;

/** What it costs to start all threads and wait for them, with nothing to do. */
final class LaunchCost {
  private final HostThreads threads;

  LaunchCost(HostThreads threads) {
    this.threads = threads;
  }

  /** Median time of an empty loop with one index a thread, microseconds. */
  double microseconds(Rounds rounds) {
    Samples times = rounds.time(() -> threads.forEach(threads.count(), index -> {})).getFirst();
    return 1e6 * times.median();
  }
}
