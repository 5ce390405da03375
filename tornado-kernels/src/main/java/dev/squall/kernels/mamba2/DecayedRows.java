package dev.squall.kernels.mamba2;

import dev.squall.kernels.host.LaneExp;
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

  /** Below, 2^x is no normal number. */
  private static final float LOWEST = -126f;

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
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
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
      FloatVector p =
          f.fma(
              FloatVector.broadcast(SPECIES, LaneExp.E6),
              FloatVector.broadcast(SPECIES, LaneExp.E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E1));
      p = p.fma(f, FloatVector.broadcast(SPECIES, 1f));
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      FloatVector.fromArray(SPECIES, products, from + j)
          .mul(e.mul(FloatVector.fromArray(SPECIES, dt, j)))
          .intoArray(into, at + j);
    }
  }
}
