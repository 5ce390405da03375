package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;
import static dev.squall.kernels.seedlm.SeedPlanes.COEFFICIENT_VECTORS;
import static dev.squall.kernels.seedlm.SeedPlanes.FACTOR;
import static dev.squall.kernels.seedlm.SeedPlanes.FLOATS;
import static dev.squall.kernels.seedlm.SeedPlanes.INTS;
import static dev.squall.kernels.seedlm.SeedPlanes.START;
import static dev.squall.kernels.seedlm.SeedPlanes.factor;
import static dev.squall.kernels.seedlm.SeedPlanes.mantissa;
import static dev.squall.kernels.seedlm.SeedPlanes.state0;
import static dev.squall.kernels.seedlm.SeedPlanes.state1;
import static dev.squall.kernels.seedlm.SeedPlanes.state2;
import static dev.squall.kernels.seedlm.SeedPlanes.state3;

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
    float[] x = piece.planesOfX;
    FloatVector total = FloatVector.fromArray(FLOATS, piece.sums, 0);
    for (int group = 0; group < piece.groups; group++) {
      IntVector code = IntVector.fromArray(INTS, piece.codes, group * LANES);
      FloatVector q0 = mantissa(code.lanewise(VectorOperators.LSHL, 8));
      FloatVector q1 = mantissa(code.lanewise(VectorOperators.LSHL, 4));
      FloatVector q2 = mantissa(code);
      FloatVector start = SeedPlanes.start(q0, q1, q2);
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 4 * group; i < 4 * group + 4; i++) {
        IntVector odds = IntVector.fromArray(INTS, piece.bits, i * LANES);
        IntVector evens = odds.lanewise(VectorOperators.LSHL, 3);
        FloatVector even = state0(evens).fma(q0, start);
        FloatVector odd = state0(odds).fma(q0, start);
        even = state1(evens).fma(q1, even);
        odd = state1(odds).fma(q1, odd);
        even = state2(evens).fma(q2, even);
        odd = state2(odds).fma(q2, odd);
        int xAt = piece.xAt + 2 * i * LANES;
        sum = even.fma(FloatVector.fromArray(FLOATS, x, xAt), sum);
        sum = odd.fma(FloatVector.fromArray(FLOATS, x, xAt + LANES), sum);
      }
      total = sum.fma(factor(code), total);
    }
    total.intoArray(piece.sums, 0);
  }

  static void threeBit(SeedPiece piece) {
    float[] coefficients = piece.coefficients;
    float[] x = piece.planesOfX;
    FloatVector total = FloatVector.fromArray(FLOATS, piece.sums, 0);
    for (int group = 0; group < piece.groups; group++) {
      int at = group * COEFFICIENT_VECTORS * LANES;
      FloatVector q0 = FloatVector.fromArray(FLOATS, coefficients, at);
      FloatVector q1 = FloatVector.fromArray(FLOATS, coefficients, at + LANES);
      FloatVector q2 = FloatVector.fromArray(FLOATS, coefficients, at + 2 * LANES);
      FloatVector q3 = FloatVector.fromArray(FLOATS, coefficients, at + 3 * LANES);
      FloatVector start = FloatVector.fromArray(FLOATS, coefficients, at + START);
      FloatVector sum = FloatVector.zero(FLOATS);
      for (int i = 6 * group; i < 6 * group + 6; i++) {
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
        int xAt = piece.xAt + 2 * i * LANES;
        sum = even.fma(FloatVector.fromArray(FLOATS, x, xAt), sum);
        sum = odd.fma(FloatVector.fromArray(FLOATS, x, xAt + LANES), sum);
      }
      total = sum.fma(FloatVector.fromArray(FLOATS, coefficients, at + FACTOR), total);
    }
    total.intoArray(piece.sums, 0);
  }
}
