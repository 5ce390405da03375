package dev.squall.profiles;

import java.time.LocalDate;
import java.util.Objects;

/**
 * Figures measured on one host.
 *
 * @param cpuModel the processor's name; not blank
 * @param jvmVersion the virtual machine that ran the measurement; not blank
 * @param date the day of the measurement
 * @param threads threads used where all were used
 * @param vectorBits width of the vector registers used, bits
 * @param fp32OneThreadGigaflops rate of single-precision multiply-adds on one thread, GFLOP/s
 * @param fp32AllThreadsGigaflops the same on all threads, GFLOP/s
 * @param copyGigabytesPerSecond bytes read and written per second by a large copy on all threads,
 *     GB/s
 * @param readGigabytesPerSecond the same when only reading, GB/s
 * @param writeGigabytesPerSecond the same when only writing, GB/s
 * @param launchMicroseconds time to start an empty kernel on all threads and wait for it, µs
 */
public record Calibration(
    String cpuModel,
    String jvmVersion,
    LocalDate date,
    int threads,
    int vectorBits,
    double fp32OneThreadGigaflops,
    double fp32AllThreadsGigaflops,
    double copyGigabytesPerSecond,
    double readGigabytesPerSecond,
    double writeGigabytesPerSecond,
    double launchMicroseconds) {

  public Calibration {
    requireText(cpuModel, "cpuModel");
    requireText(jvmVersion, "jvmVersion");
    Objects.requireNonNull(date, "date");
    requirePositive(threads, "threads");
    requirePositive(vectorBits, "vectorBits");
    requirePositive(fp32OneThreadGigaflops, "fp32OneThreadGigaflops");
    requirePositive(fp32AllThreadsGigaflops, "fp32AllThreadsGigaflops");
    requirePositive(copyGigabytesPerSecond, "copyGigabytesPerSecond");
    requirePositive(readGigabytesPerSecond, "readGigabytesPerSecond");
    requirePositive(writeGigabytesPerSecond, "writeGigabytesPerSecond");
    requirePositive(launchMicroseconds, "launchMicroseconds");
  }

  /** When, on what and with what this was measured, in one line. */
  String describe() {
    return "calibration of "
        + date
        + " on "
        + cpuModel
        + ", "
        + threads
        + (threads == 1 ? " thread, " : " threads, ")
        + jvmVersion;
  }

  private static void requireText(String text, String name) {
    if (text.isBlank()) {
      throw new IllegalArgumentException(name + " is blank");
    }
  }

  private static void requirePositive(double value, String name) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be finite and above zero, not " + value);
    }
  }
}
