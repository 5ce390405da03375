package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/** The logistic function 1 / (1 + exp(−x)); x · sigmoid(x) is the SiLU. */
final class Sigmoid {
  private Sigmoid() {}

  /** In single precision without overflow; also called inside device kernels. */
  static float of(float x) {
    float e = TornadoMath.exp(-TornadoMath.abs(x));
    float numerator = 1.0f;
    if (x < 0.0f) {
      numerator = e;
    }
    return numerator / (1.0f + e);
  }
}
