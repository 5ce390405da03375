package dev.squall.kernels.host;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * e^x in the lanes of a vector by a fixed course of operations. {@link VectorOperators#EXP} takes
 * another function before a method is compiled than after, so that two runs need not give the same
 * bits.
 *
 * <p>e^x = 2ⁿ · 2^f with |f| ≤ ½. Loops that live by it repeat the body with these constants,
 * because vectors that cross a call which was not inlined are boxed.
 */
public final class LaneExp {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Adding and subtracting 1.5 · 2²³ rounds to an integer and leaves it in the low bits. */
  public static final float ROUND = 12582912f;

  /** log2(e) in two parts: the product with x is then exact to the last place of f. */
  public static final float LOG2_E = 1.442695f;

  public static final float LOG2_E_REST = 1.925963e-8f;

  /** Most negative argument whose exponential is a normal number; smaller ones count as it. */
  public static final float LOWEST = -87.33f;

  /** Largest argument with n ≤ 127; larger ones count as it. */
  private static final float HIGHEST = 88.37f;

  /** 2^f = 1 + E1 f + … + E6 f⁶ for |f| ≤ ½, relative error 3.1e-9 before rounding. */
  public static final float E1 = 0.6931472f;

  public static final float E2 = 0.24022648f;
  public static final float E3 = 0.05550362f;
  public static final float E4 = 0.009618526f;
  public static final float E5 = 0.001339016f;
  public static final float E6 = 0.00015321154f;

  private LaneExp() {}

  /** e^x for x in [−87.33, 88.37], outside of it the value at its end; NaN stays NaN. */
  public static FloatVector of(FloatVector x) {
    FloatVector v = x.max(LOWEST).min(HIGHEST);
    FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
    FloatVector r = v.fma(FloatVector.broadcast(SPECIES, LOG2_E), round);
    FloatVector n = round.sub(r);
    FloatVector f = v.fma(FloatVector.broadcast(SPECIES, LOG2_E), n);
    f = v.fma(FloatVector.broadcast(SPECIES, LOG2_E_REST), f);
    FloatVector p = f.fma(FloatVector.broadcast(SPECIES, E6), FloatVector.broadcast(SPECIES, E5));
    p = p.fma(f, FloatVector.broadcast(SPECIES, E4));
    p = p.fma(f, FloatVector.broadcast(SPECIES, E3));
    p = p.fma(f, FloatVector.broadcast(SPECIES, E2));
    p = p.fma(f, FloatVector.broadcast(SPECIES, E1));
    p = p.fma(f, FloatVector.broadcast(SPECIES, 1f));
    IntVector exponent = r.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
  }
}
