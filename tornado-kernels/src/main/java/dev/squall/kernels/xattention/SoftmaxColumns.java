package dev.squall.kernels.xattention;

import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums the softmax of rows of scores by columns, then the columns by blocks. */
final class SoftmaxColumns {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final float LOG2_E = (float) (1 / Math.log(2));

  private final float[] sums;
  private final float[] lanes = LaneSum.room();

  /**
   * @param columns the most scores of a row
   */
  SoftmaxColumns(int columns) {
    sums = new float[padded(columns)];
  }

  /** Elements that a row of {@code columns} scores needs: {@link #add} writes whole vectors. */
  static int padded(int columns) {
    return Math.ceilDiv(columns, LANES) * LANES;
  }

  void clear() {
    Arrays.fill(sums, 0f);
  }

  /**
   * Adds the softmax of {@code count} scores. The scores, and what follows them up to a whole
   * vector, are overwritten.
   */
  void add(float[] scores, int start, int count) {
    int padded = padded(count);
    Arrays.fill(scores, start + count, start + padded, Float.NEGATIVE_INFINITY);
    float largest = max(scores, start, padded);
    exponentials(scores, start, padded, largest, lanes);
    accumulate(scores, start, padded, 1 / LaneSum.of(lanes), sums);
  }

  /** The sums of columns {@code from … to − 1}. */
  float sum(int from, int to) {
    float sum = 0;
    for (int column = from; column < to; column++) {
      sum += sums[column];
    }
    return sum;
  }

  private static float max(float[] scores, int start, int padded) {
    FloatVector most = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = start; i < start + padded; i += LANES) {
      FloatVector score = FloatVector.fromArray(SPECIES, scores, i);
      most = most.blend(score, score.compare(VectorOperators.GT, most));
    }
    return most.reduceLanes(VectorOperators.MAX);
  }

  /** Replaces scores by exp(score − largest) and stores their sum, lane by lane. */
  private static void exponentials(
      float[] scores, int start, int padded, float largest, float[] lanes) {
    FloatVector rounder = FloatVector.broadcast(SPECIES, Exp2.ROUNDER);
    FloatVector lowest = FloatVector.broadcast(SPECIES, Exp2.LOWEST);
    FloatVector c5 = FloatVector.broadcast(SPECIES, Exp2.C5);
    FloatVector c4 = FloatVector.broadcast(SPECIES, Exp2.C4);
    FloatVector c3 = FloatVector.broadcast(SPECIES, Exp2.C3);
    FloatVector c2 = FloatVector.broadcast(SPECIES, Exp2.C2);
    FloatVector c1 = FloatVector.broadcast(SPECIES, Exp2.C1);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector total = FloatVector.zero(SPECIES);
    for (int i = start; i < start + padded; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, i).sub(largest).mul(LOG2_E);
      x = x.blend(lowest, x.compare(VectorOperators.LT, lowest));
      FloatVector shifted = x.add(rounder);
      FloatVector f = x.sub(shifted.sub(rounder));
      FloatVector p = c5.fma(f, c4).fma(f, c3).fma(f, c2).fma(f, c1).fma(f, one);
      IntVector exponent =
          shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp2.MANTISSA_BITS);
      FloatVector weight = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      weight.intoArray(scores, i);
      total = total.add(weight);
    }
    total.intoArray(lanes, 0);
  }

  private static void accumulate(
      float[] weights, int start, int padded, float factor, float[] sums) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    for (int i = 0; i < padded; i += LANES) {
      FloatVector.fromArray(SPECIES, weights, start + i)
          .fma(factors, FloatVector.fromArray(SPECIES, sums, i))
          .intoArray(sums, i);
    }
  }
}
