package dev.squall.kernels.attention;

import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The running softmax of a tile of rows (online softmax: Milakov and Gimelshein, 2018), on logits
 * to base two.
 *
 * <p>Weights are relative to a whole number above all logits of a row so far, with some room: what
 * was summed before a new largest logit is then faded by an exact power of two, and most steps need
 * neither that nor the largest logit itself.
 */
final class SoftmaxRows {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Adding and subtracting 1.5 · 2²³ rounds to an integer and leaves it in the low bits. */
  static final float ROUND = 12582912f;

  /** Smallest exponent of a weight: no sum notices it, and its products are normal numbers. */
  private static final int LOWEST = Float.floatToRawIntBits(-100f);

  /** By how much later logits may exceed those so far before sums are faded. */
  private static final float ROOM = 4;

  /** 2^f for |f| ≤ ½, relative error 7.5e-8 before rounding (least maximum, degree five). */
  static final float C0 = 1.0000001f;

  static final float C1 = 0.69314694f;
  static final float C2 = 0.2402212f;
  static final float C3 = 0.05550713f;
  static final float C4 = 0.009675542f;
  static final float C5 = 0.0013276472f;

  /** Above all logits of a row, so that their differences from it are negative. */
  private final float[] above;

  /** Sums of weights, [row][lane]. */
  private final float[] totals;

  private final float[] fade;
  private final float[] lanes = LaneSum.room();

  SoftmaxRows(int rows) {
    above = new float[rows];
    totals = new float[rows * LANES];
    fade = new float[rows];
  }

  /** Forgets all rows. */
  void reset() {
    Arrays.fill(above, Float.NEGATIVE_INFINITY);
    Arrays.fill(totals, 0);
    Arrays.fill(fade, 1);
  }

  /** By what the sums gathered so far must be multiplied, a row. */
  float[] fade() {
    return fade;
  }

  /** Sum of the weights of a row, in the unit of its weights. */
  float total(int row) {
    System.arraycopy(totals, row * LANES, lanes, 0, LANES);
    return LaneSum.of(lanes);
  }

  /** States that a row meets no key in this step. */
  void skip(int row) {
    fade[row] = 1;
  }

  /**
   * Replaces {@code count} logits of {@code row} by their weights. Up to a vector beyond them is
   * overwritten.
   */
  void step(float[] logits, int offset, int count, int row) {
    int padded = Math.ceilDiv(count, LANES) * LANES;
    for (int i = count; i < padded; i++) {
      logits[offset + i] = Float.NEGATIVE_INFINITY;
    }
    float factor = 1;
    float before = above[row];
    float most = mostAbove(logits, offset, padded, before);
    if (most > before) {
      above[row] = numberAbove(most);
      factor = powerOfTwo(before - above[row]);
    }
    fade[row] = factor;
    weigh(logits, offset, padded, above[row], totals, row * LANES, factor);
  }

  /** The largest logit, or {@code bound} if none is above it. */
  private static float mostAbove(float[] logits, int offset, int padded, float bound) {
    FloatVector a = FloatVector.broadcast(SPECIES, bound);
    FloatVector b = a;
    int pairs = padded - padded % (2 * LANES);
    for (int i = 0; i < pairs; i += 2 * LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, logits, offset + i);
      FloatVector y = FloatVector.fromArray(SPECIES, logits, offset + i + LANES);
      // Compare and blend: lanewise max would also order zeros and NaN.
      a = a.blend(x, x.compare(VectorOperators.GT, a));
      b = b.blend(y, y.compare(VectorOperators.GT, b));
    }
    if (pairs < padded) {
      FloatVector x = FloatVector.fromArray(SPECIES, logits, offset + pairs);
      a = a.blend(x, x.compare(VectorOperators.GT, a));
    }
    a = a.blend(b, b.compare(VectorOperators.GT, a));
    return a.compare(VectorOperators.GT, bound).anyTrue()
        ? a.reduceLanes(VectorOperators.MAX)
        : bound;
  }

  /** A whole number above {@code most}, or where floats are sparser than those the next float. */
  private static float numberAbove(float most) {
    return Math.max((float) Math.floor(most) + 1 + ROOM, Math.nextUp(most));
  }

  /** 2^exponent for a whole exponent that is not positive; 0 where that is no normal number. */
  private static float powerOfTwo(float exponent) {
    return exponent < Float.MIN_EXPONENT ? 0 : Math.scalb(1f, (int) exponent);
  }

  /** Replaces logits by 2^(logit − above) and adds them, lane by lane, to the faded totals. */
  private static void weigh(
      float[] logits, int offset, int padded, float above, float[] totals, int at, float fade) {
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector shift = FloatVector.broadcast(SPECIES, above);
    FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
    IntVector lowest = shift.reinterpretAsInts().broadcast(LOWEST);
    FloatVector c4 = FloatVector.broadcast(SPECIES, C4);
    FloatVector c3 = FloatVector.broadcast(SPECIES, C3);
    FloatVector c2 = FloatVector.broadcast(SPECIES, C2);
    FloatVector c1 = FloatVector.broadcast(SPECIES, C1);
    FloatVector c0 = FloatVector.broadcast(SPECIES, C0);
    FloatVector c5 = FloatVector.broadcast(SPECIES, C5);
    for (int i = 0; i < padded; i += LANES) {
      // Of negative floats the bits rise as the numbers fall: the least bits are the larger number.
      FloatVector x =
          FloatVector.fromArray(SPECIES, logits, offset + i)
              .sub(shift)
              .reinterpretAsInts()
              .lanewise(VectorOperators.MIN, lowest)
              .reinterpretAsFloats();
      FloatVector rounded = x.add(round);
      FloatVector f = x.sub(rounded.sub(round));
      FloatVector p = c5.fma(f, c4).fma(f, c3).fma(f, c2).fma(f, c1).fma(f, c0);
      IntVector exponent = rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector weight = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      weight.intoArray(logits, offset + i);
      sum = sum.add(weight);
    }
    FloatVector.fromArray(SPECIES, totals, at).mul(fade).add(sum).intoArray(totals, at);
  }
}
