package dev.squall.kernels.verify;

/** What is known of the numbers that a stage produced. */
public enum Verdict {
  /** Every element compared lies within its tolerance. */
  PASSED,
  /** At least one element lies outside, or memory around an output was overwritten. */
  WRONG,
  /** Much of the output is zero or was never written: a launch that did nothing, most likely. */
  MISTRUSTED,
  /** The driver records commands and computes nothing. */
  CAPTURED,
  /** Nothing was compared. */
  SKIPPED
}
