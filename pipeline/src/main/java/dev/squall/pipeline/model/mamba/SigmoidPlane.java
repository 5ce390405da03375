package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.mamba.Activations;
import java.util.Arrays;

/** The SiLU x · σ(x) of planes, and its derivative. */
final class SigmoidPlane {
  private SigmoidPlane() {}

  static Plane sigmoid(Plane x) {
    Plane y = Plane.of(x.channels(), x.tokens());
    Arrays.fill(y.values(), 1);
    Activations.timesSigmoid(y.values(), x.values(), 0, y.values().length);
    return y;
  }

  static Plane silu(Plane x) {
    Plane y = x.copy();
    Activations.timesSigmoid(y.values(), x.values(), 0, y.values().length);
    return y;
  }

  /** The gradient with respect to x from that with respect to silu(x). */
  static Plane reverseSilu(Plane x, Plane gradient) {
    Plane result = sigmoid(x);
    float[] values = result.values();
    for (int i = 0; i < values.length; i++) {
      float sigmoid = values[i];
      values[i] = gradient.values()[i] * sigmoid * (1 + x.values()[i] * (1 - sigmoid));
    }
    return result;
  }
}
