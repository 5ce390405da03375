package dev.squall.kernels.verify;

/**
 * The outcome of comparing one call with its reference.
 *
 * @param detail the first difference, or why nothing was compared; empty if PASSED
 * @param maxError largest absolute difference among the elements compared
 * @param allowance largest tolerance among the elements compared: what {@code maxError} may reach
 * @param worstShare largest ratio of a difference to its own tolerance; at most 1 when PASSED
 * @param unitsCompared units of the reference that were computed
 * @param unitsTotal units that the call has
 */
public record Comparison(
    Verdict verdict,
    String detail,
    double maxError,
    double allowance,
    double worstShare,
    long unitsCompared,
    long unitsTotal) {

  public static Comparison skipped(String reason) {
    return new Comparison(Verdict.SKIPPED, reason, Double.NaN, Double.NaN, Double.NaN, 0, 0);
  }

  /** Of a driver that recorded the launch. */
  public static Comparison captured() {
    return new Comparison(
        Verdict.CAPTURED,
        "launched and recorded, not computed; the host's result stands in",
        Double.NaN,
        Double.NaN,
        Double.NaN,
        0,
        0);
  }

  public boolean passed() {
    return verdict == Verdict.PASSED;
  }
}
