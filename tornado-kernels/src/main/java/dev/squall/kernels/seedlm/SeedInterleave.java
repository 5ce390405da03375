package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;
import static dev.squall.kernels.seedlm.SeedPiece.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Brings planes (position in the block × block) into the order of memory (block × position) by
 * perfect shuffles: zipping two vectors lane by lane appends one bit of the position to the lane
 * number. Lanes are moved as ints, whatever they mean.
 */
final class SeedInterleave {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** Lanes a0 b0 a1 b1 … of the lower halves, and of the upper halves; b counts from LANES. */
  private static final IntVector LOWER = zip(0);

  private static final IntVector UPPER = zip(LANES / 2);

  /** Lanes of output vector 0, 1, 2 of three that come from the first two of three inputs. */
  private static final IntVector THIRD_AB_0 = quadsOfFirstTwo(0);

  private static final IntVector THIRD_AB_1 = quadsOfFirstTwo(1);
  private static final IntVector THIRD_AB_2 = quadsOfFirstTwo(2);

  /** Lanes of these that come from the third input, over those already in place. */
  private static final IntVector THIRD_C_0 = quadsOfThird(0);

  private static final IntVector THIRD_C_1 = quadsOfThird(1);
  private static final IntVector THIRD_C_2 = quadsOfThird(2);

  private SeedInterleave() {}

  private static IntVector zip(int first) {
    int[] lanes = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      lanes[i] = first + i / 2 + i % 2 * LANES;
    }
    return IntVector.fromArray(SPECIES, lanes, 0);
  }

  private static IntVector quadsOfFirstTwo(int output) {
    int[] lanes = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      int quad = (output * LANES + i) / 4;
      lanes[i] = quad % 3 < 2 ? quad % 3 * LANES + quad / 3 * 4 + i % 4 : 0;
    }
    return IntVector.fromArray(SPECIES, lanes, 0);
  }

  private static IntVector quadsOfThird(int output) {
    int[] lanes = new int[LANES];
    for (int i = 0; i < LANES; i++) {
      int quad = (output * LANES + i) / 4;
      lanes[i] = quad % 3 < 2 ? i : LANES + quad / 3 * 4 + i % 4;
    }
    return IntVector.fromArray(SPECIES, lanes, 0);
  }

  /** Eight planes a group to [blocks][8] in memory. */
  static void eight(SeedPiece piece) {
    float[] out = piece.ordered;
    for (int group = 0; group < piece.groups; group++) {
      int at = group * 8 * LANES;
      int to = at;
      IntVector a = plane(piece.planes, at);
      IntVector b = plane(piece.planes, at + 4 * LANES);
      IntVector c = plane(piece.planes, at + 2 * LANES);
      IntVector d = plane(piece.planes, at + 6 * LANES);
      IntVector ab0 = LOWER.selectFrom(a, b);
      IntVector ab1 = UPPER.selectFrom(a, b);
      IntVector cd0 = LOWER.selectFrom(c, d);
      IntVector cd1 = UPPER.selectFrom(c, d);
      IntVector even00 = LOWER.selectFrom(ab0, cd0);
      IntVector even01 = UPPER.selectFrom(ab0, cd0);
      IntVector even10 = LOWER.selectFrom(ab1, cd1);
      IntVector even11 = UPPER.selectFrom(ab1, cd1);
      IntVector e = plane(piece.planes, at + LANES);
      IntVector f = plane(piece.planes, at + 5 * LANES);
      IntVector g = plane(piece.planes, at + 3 * LANES);
      IntVector h = plane(piece.planes, at + 7 * LANES);
      IntVector ef0 = LOWER.selectFrom(e, f);
      IntVector ef1 = UPPER.selectFrom(e, f);
      IntVector gh0 = LOWER.selectFrom(g, h);
      IntVector gh1 = UPPER.selectFrom(g, h);
      IntVector odd00 = LOWER.selectFrom(ef0, gh0);
      IntVector odd01 = UPPER.selectFrom(ef0, gh0);
      IntVector odd10 = LOWER.selectFrom(ef1, gh1);
      IntVector odd11 = UPPER.selectFrom(ef1, gh1);
      LOWER.selectFrom(even00, odd00).reinterpretAsFloats().intoArray(out, to);
      UPPER.selectFrom(even00, odd00).reinterpretAsFloats().intoArray(out, to + LANES);
      LOWER.selectFrom(even01, odd01).reinterpretAsFloats().intoArray(out, to + 2 * LANES);
      UPPER.selectFrom(even01, odd01).reinterpretAsFloats().intoArray(out, to + 3 * LANES);
      LOWER.selectFrom(even10, odd10).reinterpretAsFloats().intoArray(out, to + 4 * LANES);
      UPPER.selectFrom(even10, odd10).reinterpretAsFloats().intoArray(out, to + 5 * LANES);
      LOWER.selectFrom(even11, odd11).reinterpretAsFloats().intoArray(out, to + 6 * LANES);
      UPPER.selectFrom(even11, odd11).reinterpretAsFloats().intoArray(out, to + 7 * LANES);
    }
  }

  /** Twelve planes a group to three times [blocks][4], in place. */
  static void quads(SeedPiece piece) {
    float[] planes = piece.planes;
    for (int third = 0; third < 3 * piece.groups; third++) {
      int at = third * 4 * LANES;
      IntVector a = plane(planes, at);
      IntVector b = plane(planes, at + LANES);
      IntVector c = plane(planes, at + 2 * LANES);
      IntVector d = plane(planes, at + 3 * LANES);
      IntVector even0 = LOWER.selectFrom(a, c);
      IntVector even1 = UPPER.selectFrom(a, c);
      IntVector odd0 = LOWER.selectFrom(b, d);
      IntVector odd1 = UPPER.selectFrom(b, d);
      LOWER.selectFrom(even0, odd0).reinterpretAsFloats().intoArray(planes, at);
      UPPER.selectFrom(even0, odd0).reinterpretAsFloats().intoArray(planes, at + LANES);
      LOWER.selectFrom(even1, odd1).reinterpretAsFloats().intoArray(planes, at + 2 * LANES);
      UPPER.selectFrom(even1, odd1).reinterpretAsFloats().intoArray(planes, at + 3 * LANES);
    }
  }

  /** The three times [blocks][4] of each group in turn: [blocks][12] in memory. */
  static void twelve(SeedPiece piece) {
    float[] out = piece.ordered;
    for (int i = 0; i < 4 * piece.groups; i++) {
      int at = (i / 4 * 12 + i % 4) * LANES;
      int to = 3 * i * LANES;
      IntVector a = plane(piece.planes, at);
      IntVector b = plane(piece.planes, at + 4 * LANES);
      IntVector c = plane(piece.planes, at + 8 * LANES);
      THIRD_C_0.selectFrom(THIRD_AB_0.selectFrom(a, b), c).reinterpretAsFloats().intoArray(out, to);
      THIRD_C_1
          .selectFrom(THIRD_AB_1.selectFrom(a, b), c)
          .reinterpretAsFloats()
          .intoArray(out, to + LANES);
      THIRD_C_2
          .selectFrom(THIRD_AB_2.selectFrom(a, b), c)
          .reinterpretAsFloats()
          .intoArray(out, to + 2 * LANES);
    }
  }

  private static IntVector plane(float[] planes, int at) {
    return FloatVector.fromArray(FLOATS, planes, at).reinterpretAsInts();
  }
}
