package dev.squall.tests.conformance;

/** Which of a kernel's optional inputs a case gives. */
enum OptionalInputs {
  /** Those that random inputs have: all but carried states and thresholds of heads. */
  USUAL,
  NONE,
  ALL
}
