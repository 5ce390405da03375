package dev.squall.kernels.attention;

import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The softmax of whole rows of logits to base two, for weights that are looked at one by one:
 * relative to the row's largest logit, so that the only key of a row weighs exactly one, and zero
 * where a weight is no normal number. {@link SoftmaxRows} is faster and knows neither.
 */
final class WindowSoftmax {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Below this exponent 2^x is no normal float; such weights are zero. */
  private static final float SMALLEST_EXPONENT = -126f;

  private final float[] lanes = LaneSum.room();

  /**
   * Replaces {@code count} logits by their weights and gives the sum of these. Up to a vector
   * beyond them is overwritten with zeros.
   */
  float weigh(float[] logits, int offset, int count) {
    int padded = Math.ceilDiv(count, LANES) * LANES;
    for (int i = count; i < padded; i++) {
      logits[offset + i] = Float.NEGATIVE_INFINITY;
    }
    weigh(logits, offset, padded, max(logits, offset, padded), lanes);
    return LaneSum.of(lanes);
  }

  private static float max(float[] logits, int offset, int padded) {
    FloatVector a = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector b = a;
    int i = 0;
    for (; i + 2 * LANES <= padded; i += 2 * LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, logits, offset + i);
      FloatVector y = FloatVector.fromArray(SPECIES, logits, offset + i + LANES);
      // Compare and blend: lanewise max would also order zeros and NaN.
      a = a.blend(x, x.compare(VectorOperators.GT, a));
      b = b.blend(y, y.compare(VectorOperators.GT, b));
    }
    for (; i < padded; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, logits, offset + i);
      a = a.blend(x, x.compare(VectorOperators.GT, a));
    }
    return a.blend(b, b.compare(VectorOperators.GT, a)).reduceLanes(VectorOperators.MAX);
  }

  /** Replaces logits by 2^(logit − largest) and stores their sum, lane by lane. */
  private static void weigh(float[] logits, int offset, int padded, float largest, float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector shift = FloatVector.broadcast(SPECIES, largest);
    FloatVector round = FloatVector.broadcast(SPECIES, SoftmaxRows.ROUND);
    FloatVector c4 = FloatVector.broadcast(SPECIES, SoftmaxRows.C4);
    FloatVector c3 = FloatVector.broadcast(SPECIES, SoftmaxRows.C3);
    FloatVector c2 = FloatVector.broadcast(SPECIES, SoftmaxRows.C2);
    FloatVector c1 = FloatVector.broadcast(SPECIES, SoftmaxRows.C1);
    FloatVector c0 = FloatVector.broadcast(SPECIES, SoftmaxRows.C0);
    FloatVector c5 = FloatVector.broadcast(SPECIES, SoftmaxRows.C5);
    for (int i = 0; i < padded; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, logits, offset + i).sub(shift);
      VectorMask<Float> present = x.compare(VectorOperators.GE, SMALLEST_EXPONENT);
      FloatVector rounded = x.add(round);
      FloatVector f = x.sub(rounded.sub(round));
      FloatVector p = c5.fma(f, c4).fma(f, c3).fma(f, c2).fma(f, c1).fma(f, c0);
      IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector weight = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      FloatVector kept = FloatVector.zero(SPECIES).blend(weight, present);
      kept.intoArray(logits, offset + i);
      sum = sum.add(kept);
    }
    sum.intoArray(lanes, 0);
  }
}
