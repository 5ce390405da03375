package dev.squall.kernels.spec;

/** What a variant multiplies with; all add up in single precision or better. */
public enum Precision {
  SINGLE,
  /** Factors are rounded to IEEE 754 binary16, 11 bits: chosen only where it is asked for. */
  HALF
}
