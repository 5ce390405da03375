package dev.squall.kernels.mamba;

import dev.squall.kernels.host.LaneExp;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The recurrence of a tile of the selective scan, channels across the lanes of a vector: for every
 * step t and state n
 *
 * <pre>h[n] = 2^(dt[t] · rate[n]) · h[n] + drive[t] · B[n][t],   y[t] += C[n][t] · h[n]</pre>
 *
 * where dt, drive = dt · u, rate = log2(e) · A and y are vectors of one value a channel. It knows
 * no layout and no order of time but its own: callers bring a stretch of up to {@link #STEPS} steps
 * in whatever order they scan, and carry the states from stretch to stretch.
 *
 * <p>Four states go through a stretch together, their h in registers. The exponential is a
 * polynomial written out in the loops, because a shared helper is not always inlined and vectors
 * that cross a call are boxed.
 */
final class ScanTile {
  private static final VectorSpecies<Float> SPECIES = Activations.SPECIES;

  /** Channels of a tile. */
  static final int LANES = SPECIES.length();

  /** Steps of a stretch: long enough to read rows as streams, short enough for the second cache. */
  static final int STEPS = 256;

  private static final float LOG2_E = 1.442695f;

  /** Below, 2^x is no normal number; a state that fades so far is forgotten. */
  private static final float LOWEST = -126f;

  /** 2^f = 1 + E1 f + … + E5 f⁵ for |f| ≤ ½, relative error 1.1e-7 before rounding. */
  private static final float E1 = 0.6931472f;

  private static final float E2 = 0.24022281f;
  private static final float E3 = 0.0555056f;
  private static final float E4 = 0.009669708f;
  private static final float E5 = 0.0013300264f;

  /** Time steps, [step][lane], not negative; before {@link #prepare} delta. */
  final float[] dt = new float[STEPS * LANES];

  /** dt · u, [step][lane]; before {@link #prepare} u. */
  final float[] drive = new float[STEPS * LANES];

  /** Σ C h, [step][lane]. */
  final float[] y = new float[STEPS * LANES];

  private final int states;
  private final float[] bias = new float[LANES];
  private final float[] skip = new float[LANES];
  private final float[] rate;
  private final float[] h;

  ScanTile(int states) {
    this.states = states;
    rate = new float[states * LANES];
    h = new float[states * LANES];
  }

  /** Sets all lanes to channels that stay at zero. */
  void clear() {
    Arrays.fill(rate, -0f);
    Arrays.fill(h, 0);
    Arrays.fill(bias, 0);
    Arrays.fill(skip, 0);
  }

  /** Sets what {@link #prepare} adds to delta and multiplies u by. */
  void setChannel(int lane, float deltaBias, float d) {
    bias[lane] = deltaBias;
    skip[lane] = d;
  }

  /**
   * Sets state {@code n} of the channel in {@code lane}.
   *
   * @param a its entry of A, at most zero
   * @param start its value before the first step
   */
  void setState(int lane, int n, float a, float start) {
    // The sign bit of zero matters: the loops clamp exponents by comparing bits of negatives.
    rate[n * LANES + lane] = -(Math.abs(a) * LOG2_E);
    h[n * LANES + lane] = start;
  }

  float state(int lane, int n) {
    return h[n * LANES + lane];
  }

  /**
   * Runs the first {@code steps} steps of dt and drive, and fills as much of y.
   *
   * @param bc B then C of the stretch, each [states][STEPS], from index {@code at} on
   */
  void run(float[] bc, int at, int steps) {
    Arrays.fill(y, 0, steps * LANES, 0);
    accumulate(bc, at, steps);
  }

  /** Makes dt and dt · u of the delta and u that lie in their places, and starts y with d · u. */
  void prepare(boolean softplus, int steps) {
    if (softplus) {
      Activations.biasedSoftplus(dt, bias, steps * LANES);
    } else {
      biased(dt, bias, steps * LANES);
    }
    drives(dt, drive, y, skip, steps * LANES);
  }

  /** Adds the bias to time steps; the sign of a zero would reach the exponent's clamp. */
  private static void biased(float[] dt, float[] bias, int count) {
    FloatVector offset = FloatVector.fromArray(SPECIES, bias, 0);
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(SPECIES, dt, i).add(offset).abs().intoArray(dt, i);
    }
  }

  private static void drives(float[] dt, float[] u, float[] y, float[] skip, int count) {
    FloatVector factor = FloatVector.fromArray(SPECIES, skip, 0);
    for (int i = 0; i < count; i += LANES) {
      FloatVector input = FloatVector.fromArray(SPECIES, u, i);
      FloatVector.fromArray(SPECIES, dt, i).mul(input).intoArray(u, i);
      factor.mul(input).intoArray(y, i);
    }
  }

  /** Like {@link #run}, on top of what y holds. */
  void accumulate(float[] bc, int at, int steps) {
    int b = at;
    int c = at + states * STEPS;
    int n = 0;
    for (; n + 4 <= states; n += 4) {
      fourStates(dt, drive, y, rate, h, n * LANES, bc, b + n * STEPS, c + n * STEPS, steps);
    }
    for (; n < states; n++) {
      oneState(dt, drive, y, rate, h, n * LANES, bc, b + n * STEPS, c + n * STEPS, steps);
    }
  }

  private static void fourStates(
      float[] dt,
      float[] drive,
      float[] y,
      float[] rate,
      float[] h,
      int state,
      float[] bc,
      int b,
      int c,
      int steps) {
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector e1 = FloatVector.broadcast(SPECIES, E1);
    FloatVector e2 = FloatVector.broadcast(SPECIES, E2);
    FloatVector e3 = FloatVector.broadcast(SPECIES, E3);
    FloatVector e4 = FloatVector.broadcast(SPECIES, E4);
    FloatVector e5 = FloatVector.broadcast(SPECIES, E5);
    IntVector lowest = FloatVector.broadcast(SPECIES, LOWEST).reinterpretAsInts();
    FloatVector rate0 = FloatVector.fromArray(SPECIES, rate, state);
    FloatVector rate1 = FloatVector.fromArray(SPECIES, rate, state + LANES);
    FloatVector rate2 = FloatVector.fromArray(SPECIES, rate, state + 2 * LANES);
    FloatVector rate3 = FloatVector.fromArray(SPECIES, rate, state + 3 * LANES);
    FloatVector h0 = FloatVector.fromArray(SPECIES, h, state);
    FloatVector h1 = FloatVector.fromArray(SPECIES, h, state + LANES);
    FloatVector h2 = FloatVector.fromArray(SPECIES, h, state + 2 * LANES);
    FloatVector h3 = FloatVector.fromArray(SPECIES, h, state + 3 * LANES);
    for (int t = 0; t < steps; t++) {
      FloatVector step = FloatVector.fromArray(SPECIES, dt, t * LANES);
      FloatVector w = FloatVector.fromArray(SPECIES, drive, t * LANES);
      FloatVector sum = FloatVector.fromArray(SPECIES, y, t * LANES);

      FloatVector x0 = step.mul(rate0).reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r0 = x0.add(round);
      FloatVector f0 = x0.sub(r0.sub(round));
      FloatVector p0 = e5.fma(f0, e4).fma(f0, e3).fma(f0, e2).fma(f0, e1).fma(f0, one);
      IntVector i0 = r0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector a0 = p0.reinterpretAsInts().add(i0).reinterpretAsFloats();
      h0 = a0.fma(h0, w.mul(FloatVector.broadcast(SPECIES, bc[b + t])));
      sum = h0.fma(FloatVector.broadcast(SPECIES, bc[c + t]), sum);

      FloatVector x1 = step.mul(rate1).reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r1 = x1.add(round);
      FloatVector f1 = x1.sub(r1.sub(round));
      FloatVector p1 = e5.fma(f1, e4).fma(f1, e3).fma(f1, e2).fma(f1, e1).fma(f1, one);
      IntVector i1 = r1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector a1 = p1.reinterpretAsInts().add(i1).reinterpretAsFloats();
      h1 = a1.fma(h1, w.mul(FloatVector.broadcast(SPECIES, bc[b + STEPS + t])));
      sum = h1.fma(FloatVector.broadcast(SPECIES, bc[c + STEPS + t]), sum);

      FloatVector x2 = step.mul(rate2).reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r2 = x2.add(round);
      FloatVector f2 = x2.sub(r2.sub(round));
      FloatVector p2 = e5.fma(f2, e4).fma(f2, e3).fma(f2, e2).fma(f2, e1).fma(f2, one);
      IntVector i2 = r2.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector a2 = p2.reinterpretAsInts().add(i2).reinterpretAsFloats();
      h2 = a2.fma(h2, w.mul(FloatVector.broadcast(SPECIES, bc[b + 2 * STEPS + t])));
      sum = h2.fma(FloatVector.broadcast(SPECIES, bc[c + 2 * STEPS + t]), sum);

      FloatVector x3 = step.mul(rate3).reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r3 = x3.add(round);
      FloatVector f3 = x3.sub(r3.sub(round));
      FloatVector p3 = e5.fma(f3, e4).fma(f3, e3).fma(f3, e2).fma(f3, e1).fma(f3, one);
      IntVector i3 = r3.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector a3 = p3.reinterpretAsInts().add(i3).reinterpretAsFloats();
      h3 = a3.fma(h3, w.mul(FloatVector.broadcast(SPECIES, bc[b + 3 * STEPS + t])));
      sum = h3.fma(FloatVector.broadcast(SPECIES, bc[c + 3 * STEPS + t]), sum);

      sum.intoArray(y, t * LANES);
    }
    h0.intoArray(h, state);
    h1.intoArray(h, state + LANES);
    h2.intoArray(h, state + 2 * LANES);
    h3.intoArray(h, state + 3 * LANES);
  }

  private static void oneState(
      float[] dt,
      float[] drive,
      float[] y,
      float[] rate,
      float[] h,
      int state,
      float[] bc,
      int b,
      int c,
      int steps) {
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector e1 = FloatVector.broadcast(SPECIES, E1);
    FloatVector e2 = FloatVector.broadcast(SPECIES, E2);
    FloatVector e3 = FloatVector.broadcast(SPECIES, E3);
    FloatVector e4 = FloatVector.broadcast(SPECIES, E4);
    FloatVector e5 = FloatVector.broadcast(SPECIES, E5);
    IntVector lowest = FloatVector.broadcast(SPECIES, LOWEST).reinterpretAsInts();
    FloatVector rate0 = FloatVector.fromArray(SPECIES, rate, state);
    FloatVector h0 = FloatVector.fromArray(SPECIES, h, state);
    for (int t = 0; t < steps; t++) {
      FloatVector step = FloatVector.fromArray(SPECIES, dt, t * LANES);
      FloatVector w = FloatVector.fromArray(SPECIES, drive, t * LANES);
      FloatVector sum = FloatVector.fromArray(SPECIES, y, t * LANES);
      FloatVector x0 = step.mul(rate0).reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r0 = x0.add(round);
      FloatVector f0 = x0.sub(r0.sub(round));
      FloatVector p0 = e5.fma(f0, e4).fma(f0, e3).fma(f0, e2).fma(f0, e1).fma(f0, one);
      IntVector i0 = r0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector a0 = p0.reinterpretAsInts().add(i0).reinterpretAsFloats();
      h0 = a0.fma(h0, w.mul(FloatVector.broadcast(SPECIES, bc[b + t])));
      h0.fma(FloatVector.broadcast(SPECIES, bc[c + t]), sum).intoArray(y, t * LANES);
    }
    h0.intoArray(h, state);
  }
}
