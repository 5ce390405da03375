package dev.squall.pipeline.report;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.squall.kernels.verify.Verdict;
import java.util.List;
import java.util.Map;

/**
 * One stage of a report, in plain values; the JSON line of a stage holds exactly these.
 *
 * @param yardstick whether the stage only stands for comparison
 * @param firstMilliseconds the first run, cold
 * @param milliseconds median of the later runs
 * @param timing what the times are: {@link #MEASURED}, or why they say nothing
 * @param share of the line's time; zero for a yardstick
 * @param predictedMilliseconds what the plan expected
 * @param metrics the kernel's own figures: density, recall, …
 * @param maxError largest difference from the reference
 * @param tolerance largest difference allowed
 * @param detail the first difference, or why nothing was compared
 * @param unitsCompared rows, channels or blocks compared with the reference, of {@code unitsTotal}
 * @param refused variants that cannot run, with the reason
 */
@JsonPropertyOrder({"stage", "kernel"})
public record StageRow(
    String stage,
    String kernel,
    String device,
    String engine,
    String variant,
    boolean yardstick,
    String sizes,
    double firstMilliseconds,
    double milliseconds,
    int runs,
    String timing,
    double share,
    double predictedMilliseconds,
    double gigaflopsPerSecond,
    double gigabytesPerSecond,
    Map<String, Double> metrics,
    double maxError,
    double tolerance,
    Verdict verdict,
    String detail,
    long unitsCompared,
    long unitsTotal,
    String reason,
    List<String> refused) {

  /** Times as the device takes them. */
  public static final String MEASURED = "measured";

  /** Operations for each byte above which a stage is reported by its arithmetic rate. */
  private static final double COMPUTE_BOUND = 4;

  /**
   * The rate that says more: arithmetic for dense work, bandwidth for the rest; where times mean
   * nothing, that.
   */
  public String rate() {
    if (!timed()) {
      return timing;
    }
    if (gigaflopsPerSecond > COMPUTE_BOUND * gigabytesPerSecond) {
      return Numbers.significant(gigaflopsPerSecond) + " GFLOP/s";
    }
    return Numbers.significant(gigabytesPerSecond) + " GB/s";
  }

  /** Whether the times mean anything. */
  public boolean timed() {
    return timing.equals(MEASURED);
  }
}
