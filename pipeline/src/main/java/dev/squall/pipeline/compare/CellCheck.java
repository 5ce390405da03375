package dev.squall.pipeline.compare;

import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;

/**
 * What the double-precision reference says of a cell's result.
 *
 * @param verdict SKIPPED where nothing was computed
 * @param detail the first difference, or why nothing was compared; empty if PASSED
 * @param maxError largest absolute difference; NaN (null in files) where nothing was compared
 * @param tolerance largest difference allowed; NaN likewise
 * @param worstShare largest ratio of a difference to its own tolerance; NaN likewise
 * @param unitsCompared units of the reference that were computed, of {@code unitsTotal}
 */
public record CellCheck(
    Verdict verdict,
    String detail,
    double maxError,
    double tolerance,
    double worstShare,
    long unitsCompared,
    long unitsTotal) {
  public static final CellCheck NONE = of(Comparison.skipped(""));

  public static CellCheck of(Comparison comparison) {
    return new CellCheck(
        comparison.verdict(),
        comparison.detail(),
        comparison.maxError(),
        comparison.allowance(),
        comparison.worstShare(),
        comparison.unitsCompared(),
        comparison.unitsTotal());
  }
}
