package uk.ac.manchester.tornado.api;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * Timings of one execution in nanoseconds, summed over its graphs. The JVM copies no data and
 * compiles while it runs, so transfer and compile times are zero.
 */
public class TornadoProfilerResult {
  private final long totalNanoseconds;
  private final Map<String, Long> taskNanoseconds;
  private final String trace;

  TornadoProfilerResult(long totalNanoseconds, Map<String, Long> taskNanoseconds, String trace) {
    this.totalNanoseconds = totalNanoseconds;
    this.taskNanoseconds = taskNanoseconds;
    this.trace = trace;
  }

  /** Returns the time from call to return of {@code execute}. */
  public long getTotalTime() {
    return totalNanoseconds;
  }

  /** Returns the time spent in tasks. */
  public long getDeviceKernelTime() {
    return taskNanoseconds.values().stream().mapToLong(Long::longValue).sum();
  }

  public long getCompileTime() {
    return 0;
  }

  public long getDataTransfersTime() {
    return 0;
  }

  public long getDeviceWriteTime() {
    return 0;
  }

  public long getDeviceReadTime() {
    return 0;
  }

  public long getTotalBytesCopyIn() {
    return 0;
  }

  public long getTotalBytesCopyOut() {
    return 0;
  }

  public long getTotalBytesTransferred() {
    return 0;
  }

  /** Returns the total and each task's time as one JSON object. */
  public String getProfileLog() {
    return taskNanoseconds.entrySet().stream()
        .map(task -> "\"%s\": {\"TASK_KERNEL_TIME\": %d}".formatted(task.getKey(), task.getValue()))
        .collect(
            Collectors.joining(
                ", ", "{\"TOTAL_TASK_GRAPH_TIME\": " + totalNanoseconds + ", ", "}"));
  }

  /** Prints {@link #getProfileLog()}. */
  public void dumpProfiles() {
    System.out.println(getProfileLog());
  }

  /** Returns the plan's configuration calls, one a line. */
  public String getTraceExecutionPlan() {
    return trace;
  }
}
