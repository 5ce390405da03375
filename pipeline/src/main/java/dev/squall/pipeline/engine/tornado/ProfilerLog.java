package dev.squall.pipeline.engine.tornado;

/**
 * How much TornadoVM remembers of a plan's executions: a text of each task's times and an object,
 * which it never lets go. A plan that remembers too much must be made anew.
 */
final class ProfilerLog {
  private static final long BYTES_A_TASK = 1200;
  private static final long BYTES_AN_EXECUTION = 350;

  /** For all plans of a process, whose heap is 2 GB; growing takes up to three times as much. */
  private static final long MOST_BYTES = 256L << 20;

  private final int tasks;
  private long bytes;

  /**
   * @param tasks whose times are written down; 0 without a profiler
   */
  ProfilerLog(int tasks) {
    this.tasks = tasks;
  }

  /** One more execution. */
  void grow() {
    bytes += tasks * BYTES_A_TASK + BYTES_AN_EXECUTION;
  }

  /** Whether this plan's share of the memory is used up. */
  boolean full(int plans) {
    return bytes > MOST_BYTES / Math.max(1, plans);
  }
}
