package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.COEFFICIENT_VECTORS;
import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of weights with a vector in the order of the planes, a block a lane: the weights are
 * never stored. The factor of a block leaves the sum over its weights, whose integer sums stay
 * exact: each is converted as it is and multiplied once.
 */
final class SeedDot {
  private SeedDot() {}

  static void fourBit(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    float[] x = piece.planesOfX;
    FloatVector total = FloatVector.fromArray(SeedPlanes.FLOATS, piece.sums, 0);
    for (int group = 0; group < piece.groups; group++) {
      int at = group * COEFFICIENT_VECTORS * LANES;
      FloatVector q0 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at);
      FloatVector q1 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + LANES);
      FloatVector q2 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + 2 * LANES);
      FloatVector start =
          FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + SeedPlanes.START);
      FloatVector sum = FloatVector.zero(SeedPlanes.FLOATS);
      for (int i = 4 * group; i < 4 * group + 4; i++) {
        IntVector states = IntVector.fromArray(SeedPiece.SPECIES, piece.stretches, i * LANES);
        int xAt = piece.xAt + 2 * i * LANES;
        FloatVector even = SeedPlanes.state(states).fma(q0, start);
        even = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 1)).fma(q1, even);
        even = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 2)).fma(q2, even);
        sum = even.fma(FloatVector.fromArray(SeedPlanes.FLOATS, x, xAt), sum);
        FloatVector odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 3)).fma(q0, start);
        odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 4)).fma(q1, odd);
        odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 5)).fma(q2, odd);
        sum = odd.fma(FloatVector.fromArray(SeedPlanes.FLOATS, x, xAt + LANES), sum);
      }
      FloatVector factor =
          FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + SeedPlanes.FACTOR);
      total = sum.fma(factor, total);
    }
    total.intoArray(piece.sums, 0);
  }

  static void threeBit(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    float[] x = piece.planesOfX;
    FloatVector total = FloatVector.fromArray(SeedPlanes.FLOATS, piece.sums, 0);
    for (int group = 0; group < piece.groups; group++) {
      int at = group * COEFFICIENT_VECTORS * LANES;
      FloatVector q0 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at);
      FloatVector q1 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + LANES);
      FloatVector q2 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + 2 * LANES);
      FloatVector q3 = FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + 3 * LANES);
      FloatVector start =
          FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + SeedPlanes.START);
      FloatVector sum = FloatVector.zero(SeedPlanes.FLOATS);
      for (int i = 6 * group; i < 6 * group + 6; i++) {
        IntVector states = IntVector.fromArray(SeedPiece.SPECIES, piece.stretches, i * LANES);
        int xAt = piece.xAt + 2 * i * LANES;
        FloatVector even = SeedPlanes.state(states).fma(q0, start);
        even = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 1)).fma(q1, even);
        even = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 2)).fma(q2, even);
        even = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 3)).fma(q3, even);
        sum = even.fma(FloatVector.fromArray(SeedPlanes.FLOATS, x, xAt), sum);
        FloatVector odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 4)).fma(q0, start);
        odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 5)).fma(q1, odd);
        odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 6)).fma(q2, odd);
        odd = SeedPlanes.state(states.lanewise(VectorOperators.LSHR, 7)).fma(q3, odd);
        sum = odd.fma(FloatVector.fromArray(SeedPlanes.FLOATS, x, xAt + LANES), sum);
      }
      FloatVector factor =
          FloatVector.fromArray(SeedPlanes.FLOATS, coefficients, at + SeedPlanes.FACTOR);
      total = sum.fma(factor, total);
    }
    total.intoArray(piece.sums, 0);
  }
}
