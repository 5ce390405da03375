package dev.squall.kernels.seedlm;

/** How the coefficients of a seed are found. */
public enum SeedFit {
  /** Least squares, then each rounded under the exponent that their range gives: the paper's. */
  ROUNDED,

  /**
   * All integers and exponents together: the nearest point of the lattice that the seed's columns
   * span. Same format, same bits, less error, more work for the compressor alone.
   */
  JOINT
}
