package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights from states and codes, a block a lane.
 *
 * <p>No state is brought into place: a state V at bit 7 − i of a word, with the exponent of
 * 2^(16+i) in place of what stands above it, reads as the float 2^(16+i) + V. The states of a
 * weight are one bit apart, so one shift serves them all. All sums stay below 2²⁴ in magnitude and
 * are integers, hence exact; Σ q (2^(16+i) + 32768) is taken off at the start.
 */
final class SeedPlanes {
  static final VectorSpecies<Integer> INTS = SeedPiece.SPECIES;
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Vectors of {@link #coefficients} a group: four mantissas, start of the sums, factor. */
  static final int COEFFICIENT_VECTORS = 6;

  static final int START = 4 * LANES;
  static final int FACTOR = 5 * LANES;

  /** Where the first state of a weight stands; the others follow bit by bit. */
  private static final int FIRST_BIT = 4;

  private static final IntVector STATE_0 = stateBits(0);
  private static final IntVector STATE_1 = stateBits(1);
  private static final IntVector STATE_2 = stateBits(2);
  private static final IntVector STATE_3 = stateBits(3);
  private static final IntVector EXPONENT_0 = exponent(0);
  private static final IntVector EXPONENT_1 = exponent(1);
  private static final IntVector EXPONENT_2 = exponent(2);
  private static final IntVector EXPONENT_3 = exponent(3);

  /** 2⁻⁸ / 32767 as bits. */
  private static final int SMALLEST_FACTOR =
      Float.floatToRawIntBits((float) SeedBlock.factor(SeedBlock.MIN_EXPONENT));

  private static final FloatVector OFFSET_0 = offset(0);
  private static final FloatVector OFFSET_1 = offset(1);
  private static final FloatVector OFFSET_2 = offset(2);
  private static final FloatVector OFFSET_3 = offset(3);

  private SeedPlanes() {}

  private static IntVector stateBits(int p) {
    return IntVector.broadcast(INTS, stateMask(p));
  }

  /** Where state {@code p} of a weight stands. */
  static int stateMask(int p) {
    return 0xFFFF << (FIRST_BIT + p);
  }

  /** The power of two in which a state's lowest bit, where it stands, is worth 1. */
  private static int power(int p) {
    return 23 - FIRST_BIT - p;
  }

  private static IntVector exponent(int p) {
    return IntVector.broadcast(INTS, exponentBits(p));
  }

  /** What stands above state {@code p} once it is a float. */
  static int exponentBits(int p) {
    return (127 + power(p)) << 23;
  }

  private static FloatVector offset(int p) {
    return FloatVector.broadcast(FLOATS, -((1 << power(p)) + SeedBlock.CENTRE));
  }

  static void fourBit(SeedPiece piece) {
    float[] planes = piece.planes;
    for (int group = 0; group < piece.groups; group++) {
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      FloatVector q0 = mantissa(code.lanewise(VectorOperators.LSHL, 8));
      FloatVector q1 = mantissa(code.lanewise(VectorOperators.LSHL, 4));
      FloatVector q2 = mantissa(code);
      FloatVector start = start(q0, q1, q2);
      FloatVector factor = factor(code);
      for (int i = 4 * group; i < 4 * group + 4; i++) {
        IntVector odds = IntVector.fromArray(INTS, piece.bits, i * LANES);
        IntVector evens = odds.lanewise(VectorOperators.LSHL, 3);
        FloatVector even = state0(evens).fma(q0, start);
        FloatVector odd = state0(odds).fma(q0, start);
        even = state1(evens).fma(q1, even);
        odd = state1(odds).fma(q1, odd);
        even = state2(evens).fma(q2, even);
        odd = state2(odds).fma(q2, odd);
        even.mul(factor).intoArray(planes, 2 * i * LANES);
        odd.mul(factor).intoArray(planes, (2 * i + 1) * LANES);
      }
    }
  }

  /**
   * Mantissas, start of the sums and factor of every block for {@link #threeBit}, which has no room
   * for them: see {@link SeedDecoder}.
   */
  static void coefficients(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    for (int group = 0; group < piece.groups; group++) {
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      FloatVector q0 = mantissa(code.lanewise(VectorOperators.LSHL, 8));
      FloatVector q1 = mantissa(code.lanewise(VectorOperators.LSHL, 4));
      FloatVector q2 = mantissa(code);
      FloatVector q3 = mantissa(IntVector.fromArray(INTS, piece.fourth, group * LANES));
      FloatVector start = start(q0, q1, q2);
      int at = group * COEFFICIENT_VECTORS * LANES;
      q0.intoArray(coefficients, at);
      q1.intoArray(coefficients, at + LANES);
      q2.intoArray(coefficients, at + 2 * LANES);
      q3.intoArray(coefficients, at + 3 * LANES);
      q3.fma(OFFSET_3, start).intoArray(coefficients, at + START);
      factor(code).intoArray(coefficients, at + FACTOR);
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
      IntVector bits = IntVector.fromArray(INTS, piece.bits, i * LANES);
      IntVector evens = bits.lanewise(VectorOperators.LSHL, 3);
      IntVector odds = bits.lanewise(VectorOperators.LSHR, 1);
      FloatVector even = state0(evens).fma(q0, start);
      FloatVector odd = state0(odds).fma(q0, start);
      even = state1(evens).fma(q1, even);
      odd = state1(odds).fma(q1, odd);
      even = state2(evens).fma(q2, even);
      odd = state2(odds).fma(q2, odd);
      even = state3(evens).fma(q3, even);
      odd = state3(odds).fma(q3, odd);
      even.mul(factor).intoArray(planes, 2 * i * LANES);
      odd.mul(factor).intoArray(planes, (2 * i + 1) * LANES);
    }
  }

  /** What the offsets of three states contribute to the sums. */
  static FloatVector start(FloatVector q0, FloatVector q1, FloatVector q2) {
    return q2.fma(OFFSET_2, q1.fma(OFFSET_1, q0.mul(OFFSET_0)));
  }

  /** The state at bit 4, as 2¹⁹ + V. */
  static FloatVector state0(IntVector bits) {
    return bits.and(STATE_0).or(EXPONENT_0).reinterpretAsFloats();
  }

  /** The state at bit 5, as 2¹⁸ + V. */
  static FloatVector state1(IntVector bits) {
    return bits.and(STATE_1).or(EXPONENT_1).reinterpretAsFloats();
  }

  /** The state at bit 6, as 2¹⁷ + V. */
  static FloatVector state2(IntVector bits) {
    return bits.and(STATE_2).or(EXPONENT_2).reinterpretAsFloats();
  }

  /** The state at bit 7, as 2¹⁶ + V. */
  static FloatVector state3(IntVector bits) {
    return bits.and(STATE_3).or(EXPONENT_3).reinterpretAsFloats();
  }

  /** The mantissa in the top four bits. */
  static FloatVector mantissa(IntVector bits) {
    return (FloatVector) bits.lanewise(VectorOperators.ASHR, 28).convert(VectorOperators.I2F, 0);
  }

  /**
   * 2^exponent / 32767 in single precision. A power of two only moves the exponent of the rounded 1
   * / 32767, so it is added there.
   */
  static FloatVector factor(IntVector code) {
    return code.lanewise(VectorOperators.LSHR, 16)
        .and(15)
        .lanewise(VectorOperators.LSHL, 23)
        .add(SMALLEST_FACTOR)
        .reinterpretAsFloats();
  }
}
