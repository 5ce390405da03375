package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Weights of two 4-bit blocks a vector, straight to where they belong, for vectors of sixteen
 * lanes.
 *
 * <p>What a block needs is kept as planes, a block an int. Two neighbours of a plane are a long,
 * and a long in every pair of lanes puts one block into the even lanes and its neighbour into the
 * odd ones: loads do the work of shuffles. Lanes 2c and 2c + 1 hold the bits from bit 3c of their
 * sequence on; a last shuffle brings the sixteen weights into the order of memory. Sums are those
 * of {@link SeedPlanes}, bit for bit: the exponent goes into the mantissas, where a power of two
 * rounds nothing.
 */
final class SeedPairs {
  /** Whether vectors are of the width that this is written for. */
  static final boolean SUPPORTED = LANES == 16;

  /** Pairs of a piece, and with that the distance between planes. */
  private static final int PAIRS = SeedPiece.BLOCKS / 2;

  /** Where the planes begin; that of bits 0 to 28 above three zeros is the first. */
  private static final int UPPER_BITS = PAIRS;

  private static final int Q0 = 2 * PAIRS;
  private static final int Q1 = 3 * PAIRS;
  private static final int Q2 = 4 * PAIRS;
  private static final int START = 5 * PAIRS;

  /** Longs of all planes. */
  static final int PLANES = 6 * PAIRS;

  private static final VectorSpecies<Integer> INTS = SeedPiece.SPECIES;
  private static final VectorSpecies<Float> FLOATS = SeedPlanes.FLOATS;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;

  /** 2⁻⁸ as bits. */
  private static final int SMALLEST_POWER =
      Float.floatToRawIntBits(Math.scalb(1f, SeedBlock.MIN_EXPONENT));

  private static final float UNIT = (float) SeedBlock.factor(0);

  /** Lane n of the output is weight n % 8 of block n / 8. */
  private static final int[] ORDER = lanes(n -> n % 8 * 2 + n / 8);

  /** Brings bit 3c + 1 to bit 4, in a plane of bits 0 to 28 for c below 4, else of bits 8 to 39. */
  private static final int[] SHIFT = lanes(lane -> lane / 2 < 4 ? lane / 2 * 3 : lane / 2 * 3 - 11);

  private SeedPairs() {}

  private static int[] lanes(IntUnaryOperator value) {
    return IntStream.range(0, LANES).map(value).toArray();
  }

  static void bits(SeedPiece piece) {
    long[] pairs = piece.pairs;
    for (int group = 0; group < piece.groups; group++) {
      int at = group * LANES / 2;
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      IntVector a = SeedStates.firstHalf(code.and(0xFFFF));
      IntVector b = SeedStates.eightMore(a);
      a.lanewise(VectorOperators.LSHL, 3).reinterpretAsLongs().intoArray(pairs, at);
      SeedStates.joined(a, 8, b).reinterpretAsLongs().intoArray(pairs, UPPER_BITS + at);
    }
  }

  static void coefficients(SeedPiece piece) {
    long[] pairs = piece.pairs;
    for (int group = 0; group < piece.groups; group++) {
      int at = group * LANES / 2;
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      FloatVector power = power(code);
      FloatVector q0 = SeedPlanes.mantissa(code.lanewise(VectorOperators.LSHL, 8)).mul(power);
      FloatVector q1 = SeedPlanes.mantissa(code.lanewise(VectorOperators.LSHL, 4)).mul(power);
      FloatVector q2 = SeedPlanes.mantissa(code).mul(power);
      FloatVector start = SeedPlanes.start(q0, q1, q2);
      q0.reinterpretAsLongs().intoArray(pairs, Q0 + at);
      q1.reinterpretAsLongs().intoArray(pairs, Q1 + at);
      q2.reinterpretAsLongs().intoArray(pairs, Q2 + at);
      start.reinterpretAsLongs().intoArray(pairs, START + at);
    }
  }

  /** 2^exponent. */
  private static FloatVector power(IntVector code) {
    return code.lanewise(VectorOperators.LSHR, 16)
        .and(15)
        .lanewise(VectorOperators.LSHL, 23)
        .add(SMALLEST_POWER)
        .reinterpretAsFloats();
  }

  /**
   * Writes the weights of all groups to {@code piece.output}: stores wait while others are made.
   */
  static void weights(SeedPiece piece) {
    weights(piece.pairs, piece.output, piece.groups * LANES / 2);
  }

  /**
   * Constants are made here, as every store to a segment may, for all that the compiler knows,
   * change what a constant object holds: it would load them again each time.
   */
  private static void weights(long[] pairs, MemorySegment out, int count) {
    FloatVector unit = FloatVector.broadcast(FLOATS, UNIT);
    IntVector shift = IntVector.fromArray(INTS, SHIFT, 0);
    IntVector order = IntVector.fromArray(INTS, ORDER, 0);
    VectorMask<Long> upper = VectorMask.fromLong(LONGS, 0xF0);
    IntVector state0 = IntVector.broadcast(INTS, SeedPlanes.stateMask(0));
    IntVector state1 = IntVector.broadcast(INTS, SeedPlanes.stateMask(1));
    IntVector state2 = IntVector.broadcast(INTS, SeedPlanes.stateMask(2));
    IntVector exponent0 = IntVector.broadcast(INTS, SeedPlanes.exponentBits(0));
    IntVector exponent1 = IntVector.broadcast(INTS, SeedPlanes.exponentBits(1));
    IntVector exponent2 = IntVector.broadcast(INTS, SeedPlanes.exponentBits(2));
    for (int i = 0; i < count; i++) {
      IntVector bits =
          both(pairs[i])
              .blend(both(pairs[i + UPPER_BITS]), upper)
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHR, shift);
      FloatVector sum = floats(pairs[i + START]);
      sum = bits.and(state0).or(exponent0).reinterpretAsFloats().fma(floats(pairs[i + Q0]), sum);
      sum = bits.and(state1).or(exponent1).reinterpretAsFloats().fma(floats(pairs[i + Q1]), sum);
      sum = bits.and(state2).or(exponent2).reinterpretAsFloats().fma(floats(pairs[i + Q2]), sum);
      order
          .selectFrom(sum.mul(unit).reinterpretAsInts())
          .intoMemorySegment(out, (long) i * LANES * Float.BYTES, ByteOrder.nativeOrder());
    }
  }

  /** A pair of blocks in every pair of lanes. */
  private static LongVector both(long pair) {
    return LongVector.broadcast(LONGS, pair);
  }

  private static FloatVector floats(long pair) {
    return both(pair).reinterpretAsFloats();
  }
}
