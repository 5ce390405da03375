package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;
import static dev.squall.kernels.seedlm.SeedPiece.SPECIES;

import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The bit sequences of as many shift registers as a vector has lanes.
 *
 * <p>The states after a seed are 16-bit windows sliding over one sequence whose first bits are the
 * seed: b[n+16] = b[n] ⊕ b[n+1] ⊕ b[n+3] ⊕ b[n+12], so four bits at a time follow from those
 * before. Squaring the recurrence over GF(2) doubles every distance: b[n+32] = b[n] ⊕ b[n+2] ⊕
 * b[n+6] ⊕ b[n+24], eight bits at a time.
 *
 * <p>What comes out are overlapping words of the sequence: word i begins where the first state of
 * weight 2i is the window at bit 1.
 */
final class SeedStates {
  private static final IntVector SEED = IntVector.broadcast(SPECIES, 0xFFFF);
  private static final IntVector BITS_4 = IntVector.broadcast(SPECIES, 0xF);
  private static final IntVector BITS_4_TO_7 = IntVector.broadcast(SPECIES, 0xF0);
  private static final IntVector BITS_8_TO_11 = IntVector.broadcast(SPECIES, 0xF00);
  private static final IntVector BITS_12_TO_15 = IntVector.broadcast(SPECIES, 0xF000);
  private static final IntVector BITS_8 = IntVector.broadcast(SPECIES, 0xFF);
  private static final IntVector BITS_8_TO_15 = IntVector.broadcast(SPECIES, 0xFF00);
  private static final IntVector BITS_16_TO_23 = IntVector.broadcast(SPECIES, 0xFF0000);
  private static final IntVector BITS_24_TO_31 = IntVector.broadcast(SPECIES, 0xFF000000);

  private SeedStates() {}

  /** Four words of six states each, from bit 0, 6, 12 and 18 of the sequence on. */
  static void fourBit(SeedPiece piece) {
    int[] codes = piece.codes;
    int[] bits = piece.bits;
    for (int group = 0; group < piece.groups; group++) {
      IntVector a = firstHalf(IntVector.fromArray(SPECIES, codes, group * LANES).and(SEED));
      IntVector b = eightMore(a);
      int at = 4 * group * LANES;
      a.intoArray(bits, at);
      a.lanewise(VectorOperators.LSHR, 6).intoArray(bits, at + LANES);
      joined(a, 12, b).intoArray(bits, at + 2 * LANES);
      joined(a, 18, b).intoArray(bits, at + 3 * LANES);
    }
  }

  /** Bits 0 to 31 of every block's sequence, where the first word is. */
  static void firstHalves(SeedPiece piece) {
    for (int group = 0; group < piece.groups; group++) {
      firstHalf(IntVector.fromArray(SPECIES, piece.codes, group * LANES).and(SEED))
          .intoArray(piece.bits, 6 * group * LANES);
    }
  }

  /** Six words of eight states each, after {@link #firstHalves}, eight bits apart. */
  static void threeBit(SeedPiece piece) {
    int[] bits = piece.bits;
    for (int group = 0; group < piece.groups; group++) {
      int at = 6 * group * LANES;
      IntVector a = IntVector.fromArray(SPECIES, bits, at);
      IntVector b = secondHalf(a);
      a.lanewise(VectorOperators.LSHR, 8).intoArray(bits, at + LANES);
      joined(a, 16, b).intoArray(bits, at + 2 * LANES);
      joined(a, 24, b).intoArray(bits, at + 3 * LANES);
      b.intoArray(bits, at + 4 * LANES);
      b.lanewise(VectorOperators.LSHR, 8).intoArray(bits, at + 5 * LANES);
    }
  }

  /** The 32 bits from bit {@code distance} of the 64 bits a, b. */
  static IntVector joined(IntVector a, int distance, IntVector b) {
    return a.lanewise(VectorOperators.LSHR, distance)
        .or(b.lanewise(VectorOperators.LSHL, 32 - distance));
  }

  /** Bits 0 to 31 of the sequence that starts with the 16 bits {@code s}. */
  static IntVector firstHalf(IntVector s) {
    IntVector taps =
        s.lanewise(VectorOperators.XOR, s.lanewise(VectorOperators.LSHR, 1))
            .lanewise(VectorOperators.XOR, s.lanewise(VectorOperators.LSHR, 3));
    IntVector next = taps.lanewise(VectorOperators.XOR, s.lanewise(VectorOperators.LSHR, 12));
    next = next.and(BITS_4);
    next = next.or(fed(taps, next, 4).and(BITS_4_TO_7));
    next = next.or(fed(taps, next, 4).and(BITS_8_TO_11));
    // The taps of the last four reach beyond the seed.
    next = next.or(fed(fed(fed(taps, next, 4), next, 13), next, 15).and(BITS_12_TO_15));
    return s.or(next.lanewise(VectorOperators.LSHL, 16));
  }

  /** Bits 32 to 39, which follow from bits 0 to 31; what stands above them means nothing. */
  static IntVector eightMore(IntVector a) {
    IntVector b = a.lanewise(VectorOperators.LSHR, 2).lanewise(VectorOperators.XOR, a);
    b = b.lanewise(VectorOperators.XOR, a.lanewise(VectorOperators.LSHR, 6));
    return b.lanewise(VectorOperators.XOR, a.lanewise(VectorOperators.LSHR, 24));
  }

  /** Bits 32 to 63, which follow from bits 0 to 31. */
  private static IntVector secondHalf(IntVector a) {
    IntVector taps =
        a.lanewise(VectorOperators.XOR, a.lanewise(VectorOperators.LSHR, 2))
            .lanewise(VectorOperators.XOR, a.lanewise(VectorOperators.LSHR, 6));
    IntVector next = taps.lanewise(VectorOperators.XOR, a.lanewise(VectorOperators.LSHR, 24));
    next = next.and(BITS_8);
    next = next.or(fed(taps, next, 8).and(BITS_8_TO_15));
    next = next.or(fed(taps, next, 8).and(BITS_16_TO_23));
    return next.or(fed(fed(fed(taps, next, 8), next, 26), next, 30).and(BITS_24_TO_31));
  }

  private static IntVector fed(IntVector taps, IntVector next, int distance) {
    return taps.lanewise(VectorOperators.XOR, next.lanewise(VectorOperators.LSHL, distance));
  }
}
