package dev.squall.kernels.mamba;

import dev.squall.kernels.host.LaneExp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softplus and the sigmoid gate on arrays, in vectors. Both start from exp(−|x|) = 2ⁿ · 2^f with
 * |f| ≤ ½; its body stands in each loop because a shared helper is not always inlined, and vectors
 * that cross a call are boxed.
 *
 * <p>Whole vectors are read and written: arrays must reach to the next multiple of {@link #LANES}.
 */
public final class Activations {
  static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  public static final int LANES = SPECIES.length();

  private Activations() {}

  /** Replaces x by softplus(x); relative error at most 4e-7. */
  public static void softplus(float[] values, int from, int count) {
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    IntVector lowest = FloatVector.broadcast(SPECIES, LaneExp.LOWEST).reinterpretAsInts();
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, values, i);
      // As integers, negative floats grow with their magnitude: min clamps from below.
      FloatVector v = x.abs().neg().reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), round);
      FloatVector n = round.sub(r);
      FloatVector f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), n);
      f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E_REST), f);
      FloatVector p =
          f.fma(
              FloatVector.broadcast(SPECIES, LaneExp.E6),
              FloatVector.broadcast(SPECIES, LaneExp.E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E1));
      p = p.fma(f, one);
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      FloatVector q =
          e.fma(
              FloatVector.broadcast(SPECIES, Softplus.L9),
              FloatVector.broadcast(SPECIES, Softplus.L8));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L7));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L6));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L5));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L4));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L3));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L2));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L1));
      q = q.fma(e, one);
      FloatVector positive = x.blend(zero, x.compare(VectorOperators.LT, zero));
      e.fma(q, positive).intoArray(values, i);
    }
  }

  /** Replaces x by softplus(x + bias), vectors of one value a channel. */
  static void biasedSoftplus(float[] values, float[] bias, int count) {
    FloatVector offset = FloatVector.fromArray(SPECIES, bias, 0);
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    IntVector lowest = FloatVector.broadcast(SPECIES, LaneExp.LOWEST).reinterpretAsInts();
    for (int i = 0; i < count; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, values, i).add(offset);
      // As integers, negative floats grow with their magnitude: min clamps from below.
      FloatVector v = x.abs().neg().reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), round);
      FloatVector n = round.sub(r);
      FloatVector f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), n);
      f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E_REST), f);
      FloatVector p =
          f.fma(
              FloatVector.broadcast(SPECIES, LaneExp.E6),
              FloatVector.broadcast(SPECIES, LaneExp.E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E1));
      p = p.fma(f, one);
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      FloatVector q =
          e.fma(
              FloatVector.broadcast(SPECIES, Softplus.L9),
              FloatVector.broadcast(SPECIES, Softplus.L8));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L7));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L6));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L5));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L4));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L3));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L2));
      q = q.fma(e, FloatVector.broadcast(SPECIES, Softplus.L1));
      q = q.fma(e, one);
      FloatVector positive = x.blend(zero, x.compare(VectorOperators.LT, zero));
      e.fma(q, positive).intoArray(values, i);
    }
  }

  /**
   * Multiplies each value by the sigmoid of an argument; relative error at most 4e-7. With equal
   * arrays it is the SiLU.
   */
  public static void timesSigmoid(float[] values, float[] arguments, int from, int count) {
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    IntVector lowest = FloatVector.broadcast(SPECIES, LaneExp.LOWEST).reinterpretAsInts();
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, arguments, i);
      FloatVector v = x.abs().neg().reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), round);
      FloatVector n = round.sub(r);
      FloatVector f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), n);
      f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E_REST), f);
      FloatVector p =
          f.fma(
              FloatVector.broadcast(SPECIES, LaneExp.E6),
              FloatVector.broadcast(SPECIES, LaneExp.E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E1));
      p = p.fma(f, one);
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      VectorMask<Float> negative = x.compare(VectorOperators.LT, zero);
      FloatVector sigmoid = one.blend(e, negative).div(e.add(one));
      FloatVector.fromArray(SPECIES, values, i).mul(sigmoid).intoArray(values, i);
    }
  }

  /** Multiplies each value by the SiLU of an argument; relative error at most 5e-7. */
  static void timesSilu(float[] values, float[] arguments, int from, int count) {
    FloatVector round = FloatVector.broadcast(SPECIES, LaneExp.ROUND);
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    IntVector lowest = FloatVector.broadcast(SPECIES, LaneExp.LOWEST).reinterpretAsInts();
    for (int i = from; i < from + count; i += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, arguments, i);
      FloatVector v = x.abs().neg().reinterpretAsInts().min(lowest).reinterpretAsFloats();
      FloatVector r = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), round);
      FloatVector n = round.sub(r);
      FloatVector f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E), n);
      f = v.fma(FloatVector.broadcast(SPECIES, LaneExp.LOG2_E_REST), f);
      FloatVector p =
          f.fma(
              FloatVector.broadcast(SPECIES, LaneExp.E6),
              FloatVector.broadcast(SPECIES, LaneExp.E5));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E4));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E3));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E2));
      p = p.fma(f, FloatVector.broadcast(SPECIES, LaneExp.E1));
      p = p.fma(f, one);
      IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
      FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      VectorMask<Float> negative = x.compare(VectorOperators.LT, zero);
      FloatVector sigmoid = one.blend(e, negative).div(e.add(one));
      FloatVector.fromArray(SPECIES, values, i).mul(x.mul(sigmoid)).intoArray(values, i);
    }
  }
}
