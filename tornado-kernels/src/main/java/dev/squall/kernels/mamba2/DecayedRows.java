package dev.squall.kernels.mamba2;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The decays between the steps of a chunk: 2^(e_i − e_j) with e the running sum of exponents. The
 * sum is in double precision, kept as two floats, so that a difference keeps the digits that two
 * long sums in single precision would lose.
 */
final class DecayedRows {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final double LOG2_E = 1.4426950408889634;

  /** Adding and subtracting 1.5 · 2²³ rounds to an integer and leaves it in the low bits. */
  private static final float ROUND = 12582912f;

  /** Below, 2^x is no normal number. */
  private static final float LOWEST = -126f;

  /** 2^f = 1 + E1 f + … + E6 f⁶ for |f| ≤ ½, relative error 3.1e-9 before rounding. */
  private static final float E1 = 0.6931472f;

  private static final float E2 = 0.24022648f;
  private static final float E3 = 0.05550362f;
  private static final float E4 = 0.009618526f;
  private static final float E5 = 0.001339016f;
  private static final float E6 = 0.00015321154f;

  private final double[] sums;
  private final float[] high;
  private final float[] low;

  /**
   * @param room most steps, up to whole vectors
   */
  DecayedRows(int room) {
    sums = new double[room];
    high = new float[room];
    low = new float[room];
  }

  /** Takes the time steps of a chunk. */
  void start(float[] dt, int steps, float a) {
    double sum = 0;
    for (int t = 0; t < steps; t++) {
      sum += dt[t] * (a * LOG2_E);
      sums[t] = sum;
      high[t] = (float) sum;
      low[t] = (float) (sum - high[t]);
    }
    // Unused steps repeat the last one, so that no difference is NaN.
    for (int t = steps; t < high.length; t++) {
      high[t] = high[steps - 1];
      low[t] = low[steps - 1];
    }
  }

  /** The decay from before the first step to after step {@code t}. */
  float since(int t) {
    return (float) Math.pow(2, sums[t]);
  }

  /** The decay from after step {@code t} to after step {@code last}. */
  float between(int t, int last) {
    return (float) Math.pow(2, sums[last] - sums[t]);
  }

  /**
   * Row {@code i} of the masked matrix: products · decay · dt for steps up to i, and zeros to the
   * end of the row's last vector and on to {@code width}.
   */
  void row(float[] products, int from, float[] dt, int i, float[] into, int at, int width) {
    decay(products, from, dt, high[i], low[i], i + 1, into, at);
    for (int j = i + 1; j < width; j++) {
      into[at + j] = 0;
    }
  }

  private void decay(
      float[] products,
      int from,
      float[] dt,
      float endHigh,
      float endLow,
      int count,
      float[] into,
      int at) {
    FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
    FloatVector lowest = FloatVector.broadcast(SPECIES, LOWEST);
    FloatVector zero = FloatVector.zero(SPECIES);
    for (int j = 0; j < count; j += LANES) {
      FloatVector rest =
          FloatVector.broadcast(SPECIES, endLow).sub(FloatVector.fromArray(SPECIES, low, j));
      FloatVector x =
          FloatVector.broadcast(SPECIES, endHigh)
              .sub(FloatVector.fromArray(SPECIES, high, j))
              .add(rest)
              .min(zero)
              .max(lowest);
      FloatVector r = x.add(round);
      FloatVector f = x.sub(r.sub(round));
      FloatVector p = f.fma(FloatVector.broadcast(SPECIES, E6), FloatVector.broadcast(SPECIES, E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, E1));
      p = p.fma(f, FloatVector.broadcast(SPECIES, 1f));
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      FloatVector.fromArray(SPECIES, products, from + j)
          .mul(e.mul(FloatVector.fromArray(SPECIES, dt, j)))
          .intoArray(into, at + j);
    }
  }
}
