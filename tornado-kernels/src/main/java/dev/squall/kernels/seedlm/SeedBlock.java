package dev.squall.kernels.seedlm;

import java.util.Arrays;

/**
 * One compressed block of weights: w[c] ≈ Σ_p q[p] · (V[c·P+p] − 32768) · 2^exponent / 32767, where
 * V are the register states that follow the seed (SeedLM, section 3.2).
 *
 * @param state the seed, 1 to 65535
 * @param exponent shared exponent, −8 to 7
 * @param mantissas P coefficients, each −8 to 7
 */
record SeedBlock(int state, int exponent, int[] mantissas) {
  static final Lfsr REGISTER = new Lfsr(16);

  /** Subtracted from a state, so that the values are spread evenly around zero. */
  static final int CENTRE = 1 << 15;

  /** What the largest value is divided by to become 1. */
  static final int RADIUS = CENTRE - 1;

  static final int MIN_EXPONENT = -8;
  static final int MAX_EXPONENT = 7;
  static final int MIN_MANTISSA = -8;
  static final int MAX_MANTISSA = 7;

  private static final int EXPONENT_SHIFT = 16;
  private static final int MANTISSA_SHIFT = 20;

  /** The block that {@code code} denotes; bits beyond its mantissas are ignored. */
  static SeedBlock of(long code, int coefficients) {
    int[] mantissas = new int[coefficients];
    for (int p = 0; p < coefficients; p++) {
      int nibble = (int) (code >> (MANTISSA_SHIFT + 4 * p)) & 15;
      mantissas[p] = (nibble ^ 8) - 8;
    }
    int exponent = ((int) (code >> EXPONENT_SHIFT) & 15) + MIN_EXPONENT;
    return new SeedBlock((int) code & 0xFFFF, exponent, mantissas);
  }

  /** Bits 0–15 the state, 16–19 exponent + 8, then four bits a mantissa in two's complement. */
  long code() {
    long code = state | ((long) (exponent - MIN_EXPONENT) << EXPONENT_SHIFT);
    for (int p = 0; p < mantissas.length; p++) {
      code |= (long) (mantissas[p] & 15) << (MANTISSA_SHIFT + 4 * p);
    }
    return code;
  }

  /** Σ_p q[p] · (V[c·P+p] − 32768) for the {@code weights} weights of the block, exact. */
  int[] sums(int weights) {
    int[] states = REGISTER.states(state, weights * mantissas.length);
    int[] sums = new int[weights];
    for (int i = 0; i < states.length; i++) {
      sums[i / mantissas.length] += mantissas[i % mantissas.length] * (states[i] - CENTRE);
    }
    return sums;
  }

  /** What the sums are multiplied by: 2^exponent / 32767. */
  static double factor(int exponent) {
    return Math.scalb(1.0 / RADIUS, exponent);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeedBlock block
        && state == block.state
        && exponent == block.exponent
        && Arrays.equals(mantissas, block.mantissas);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(code());
  }
}
