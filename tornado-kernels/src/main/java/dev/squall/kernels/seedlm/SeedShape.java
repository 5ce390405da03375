package dev.squall.kernels.seedlm;

import dev.squall.kernels.error.SquallException;

/**
 * How a block is made: a register of some bits, weights, coefficients of four bits, and a range of
 * exponents (SeedLM, section 3.3: C, P and K are chosen under a budget of bits).
 *
 * @param registerBits K, 8 to 24
 * @param weights C
 * @param coefficients P, 1 to 4, less than the weights
 */
public record SeedShape(
    int registerBits, int weights, int coefficients, int minExponent, int maxExponent) {
  public SeedShape {
    boolean good =
        registerBits >= 8
            && registerBits <= 24
            && coefficients >= 1
            && coefficients <= 4
            && weights > coefficients
            && weights <= 64
            && maxExponent >= minExponent;
    if (!good) {
      throw SquallException.invalidInput(
          "blocks of %d weights with %d coefficients from %d bits: no such format"
              .formatted(weights, coefficients, registerBits));
    }
  }

  /**
   * The budget of the paper's four bits spent otherwise: a register of 18 bits, and exponents of
   * two bits, enough where the scale of the tensor is chosen for them.
   */
  public static final SeedShape WIDE = new SeedShape(18, 8, 3, -3, 0);

  /** All seeds but 0. */
  int seeds() {
    return (1 << registerBits) - 1;
  }

  /** Bits of a block over its weights; exponents take whole bits. */
  public double bitsPerWeight() {
    int exponents = maxExponent - minExponent + 1;
    int exponentBits = Integer.SIZE - Integer.numberOfLeadingZeros(exponents - 1);
    return (registerBits + exponentBits + 4.0 * coefficients) / weights;
  }

  /** Subtracted from a state, so that the values are spread evenly around zero. */
  int centre() {
    return 1 << (registerBits - 1);
  }

  /** What sums are multiplied by: 2^exponent over the largest value. */
  double factor(int exponent) {
    return Math.scalb(1.0 / (centre() - 1), exponent);
  }

  /** The states from which a seed's matrix is made, row by row. */
  int[] states(int seed) {
    return new Lfsr(registerBits).states(seed, weights * coefficients);
  }

  /** Whether {@link SeedBits} knows the register and holds its states. */
  boolean hasBits() {
    return registerBits == 16 && coefficients >= 3 && weights * coefficients <= 48;
  }
}
