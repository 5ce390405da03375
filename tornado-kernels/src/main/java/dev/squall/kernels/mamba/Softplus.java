package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * softplus(x) = log(1 + exp(x)), the map from raw to positive time steps, written as max(x, 0) +
 * log1p(exp(−|x|)) so that nothing overflows and small steps keep their digits.
 *
 * <p>log1p(e) = e · (1 + L1 e + … + L9 e⁹) on 0 ≤ e ≤ 1, relative error 5.2e-9 before rounding
 * (least maximum). Above 20 the second term is below half a unit in the last place of x, so the
 * identity that Mamba prescribes there holds by itself.
 */
public final class Softplus {
  static final float L1 = -0.4999993f;
  static final float L2 = 0.33330512f;
  static final float L3 = -0.24958588f;
  static final float L4 = 0.19695401f;
  static final float L5 = -0.15355398f;
  static final float L6 = 0.10680557f;
  static final float L7 = -0.057664461f;
  static final float L8 = 0.020204594f;
  static final float L9 = -0.0033184744f;

  private Softplus() {}

  /** In single precision; also called inside device kernels, which have no log1p. */
  public static float of(float x) {
    float e = TornadoMath.exp(-TornadoMath.abs(x));
    float q = L9;
    q = q * e + L8;
    q = q * e + L7;
    q = q * e + L6;
    q = q * e + L5;
    q = q * e + L4;
    q = q * e + L3;
    q = q * e + L2;
    q = q * e + L1;
    q = q * e + 1.0f;
    return TornadoMath.max(x, 0.0f) + e * q;
  }

  /** In double precision, with the identity above 20 stated. */
  public static double exact(double x) {
    return x > 20 ? x : Math.log1p(Math.exp(x));
  }
}
