package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;

/** Ranges of option values. */
final class Ranges {
  private Ranges() {}

  /** Refuses zero, negative numbers and NaN. */
  static void requirePositive(String option, double value) {
    if (!(value > 0)) {
      throw SquallException.invalidInput(option + " = " + value + ": expected a number above 0");
    }
  }

  /** Refuses negative numbers. */
  static void requireNotNegative(String option, int value) {
    if (value < 0) {
      throw SquallException.invalidInput(option + " = " + value + ": expected 0 or more");
    }
  }
}
