package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.COEFFICIENT_VECTORS;
import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights from states and codes, a block a lane: plane c holds weight c of every block of a group.
 *
 * <p>A state V at bit 7 of a word, under the exponent of 2¹⁶, reads as the float 2¹⁶ + V; no
 * conversion is needed. All sums stay below 2²³ in magnitude and are integers, hence exact; the
 * constant 2¹⁶ + 32768 times the sum of the mantissas is taken off at the start.
 */
final class SeedPlanes {
  private static final VectorSpecies<Integer> INTS = SeedPiece.SPECIES;
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  static final int START = 4 * LANES;
  static final int FACTOR = 5 * LANES;

  private static final IntVector STATE_BITS = IntVector.broadcast(INTS, 0xFFFF << 7);
  private static final IntVector EXPONENT_16 = IntVector.broadcast(INTS, (127 + 16) << 23);

  /** 2⁻⁸ / 32767 as bits. */
  private static final int SMALLEST_FACTOR =
      Float.floatToRawIntBits((float) SeedBlock.factor(SeedBlock.MIN_EXPONENT));

  private static final float OFFSET = -(65536f + SeedBlock.CENTRE);

  private SeedPlanes() {}

  /** Mantissas, start of the sums and factor of every block. */
  static void coefficients(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    for (int group = 0; group < piece.groups; group++) {
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      FloatVector q0 = mantissa(code.lanewise(VectorOperators.LSHL, 8));
      FloatVector q1 = mantissa(code.lanewise(VectorOperators.LSHL, 4));
      FloatVector q2 = mantissa(code);
      FloatVector q3 = mantissa(IntVector.fromArray(INTS, piece.fourth, group * LANES));
      int at = group * COEFFICIENT_VECTORS * LANES;
      q0.intoArray(coefficients, at);
      q1.intoArray(coefficients, at + LANES);
      q2.intoArray(coefficients, at + 2 * LANES);
      q3.intoArray(coefficients, at + 3 * LANES);
      q0.add(q1).add(q2).add(q3).mul(OFFSET).intoArray(coefficients, at + START);
      factor(code).intoArray(coefficients, at + FACTOR);
    }
  }

  static void fourBit(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    float[] planes = piece.planes;
    for (int i = 0; i < 4 * piece.groups; i++) {
      int at = i / 4 * COEFFICIENT_VECTORS * LANES;
      FloatVector q0 = FloatVector.fromArray(FLOATS, coefficients, at);
      FloatVector q1 = FloatVector.fromArray(FLOATS, coefficients, at + LANES);
      FloatVector q2 = FloatVector.fromArray(FLOATS, coefficients, at + 2 * LANES);
      FloatVector start = FloatVector.fromArray(FLOATS, coefficients, at + START);
      FloatVector factor = FloatVector.fromArray(FLOATS, coefficients, at + FACTOR);
      IntVector states = IntVector.fromArray(INTS, piece.stretches, i * LANES);
      FloatVector even = state(states).fma(q0, start);
      even = state(states.lanewise(VectorOperators.LSHR, 1)).fma(q1, even);
      even = state(states.lanewise(VectorOperators.LSHR, 2)).fma(q2, even);
      even.mul(factor).intoArray(planes, 2 * i * LANES);
      FloatVector odd = state(states.lanewise(VectorOperators.LSHR, 3)).fma(q0, start);
      odd = state(states.lanewise(VectorOperators.LSHR, 4)).fma(q1, odd);
      odd = state(states.lanewise(VectorOperators.LSHR, 5)).fma(q2, odd);
      odd.mul(factor).intoArray(planes, (2 * i + 1) * LANES);
    }
  }

  static void threeBit(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    float[] planes = piece.planes;
    for (int i = 0; i < 6 * piece.groups; i++) {
      int at = i / 6 * COEFFICIENT_VECTORS * LANES;
      FloatVector q0 = FloatVector.fromArray(FLOATS, coefficients, at);
      FloatVector q1 = FloatVector.fromArray(FLOATS, coefficients, at + LANES);
      FloatVector q2 = FloatVector.fromArray(FLOATS, coefficients, at + 2 * LANES);
      FloatVector q3 = FloatVector.fromArray(FLOATS, coefficients, at + 3 * LANES);
      FloatVector start = FloatVector.fromArray(FLOATS, coefficients, at + START);
      FloatVector factor = FloatVector.fromArray(FLOATS, coefficients, at + FACTOR);
      IntVector states = IntVector.fromArray(INTS, piece.stretches, i * LANES);
      FloatVector even = state(states).fma(q0, start);
      even = state(states.lanewise(VectorOperators.LSHR, 1)).fma(q1, even);
      even = state(states.lanewise(VectorOperators.LSHR, 2)).fma(q2, even);
      even = state(states.lanewise(VectorOperators.LSHR, 3)).fma(q3, even);
      even.mul(factor).intoArray(planes, 2 * i * LANES);
      FloatVector odd = state(states.lanewise(VectorOperators.LSHR, 4)).fma(q0, start);
      odd = state(states.lanewise(VectorOperators.LSHR, 5)).fma(q1, odd);
      odd = state(states.lanewise(VectorOperators.LSHR, 6)).fma(q2, odd);
      odd = state(states.lanewise(VectorOperators.LSHR, 7)).fma(q3, odd);
      odd.mul(factor).intoArray(planes, (2 * i + 1) * LANES);
    }
  }

  /** The mantissa in the top four bits. */
  private static FloatVector mantissa(IntVector bits) {
    return (FloatVector) bits.lanewise(VectorOperators.ASHR, 28).convert(VectorOperators.I2F, 0);
  }

  /**
   * 2^exponent / 32767 in single precision. A power of two only moves the exponent of the rounded 1
   * / 32767, so it is added there.
   */
  private static FloatVector factor(IntVector code) {
    return code.lanewise(VectorOperators.LSHR, 16)
        .and(15)
        .lanewise(VectorOperators.LSHL, 23)
        .add(SMALLEST_FACTOR)
        .reinterpretAsFloats();
  }

  static FloatVector state(IntVector bits) {
    return bits.and(STATE_BITS).or(EXPONENT_16).reinterpretAsFloats();
  }
}
