package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.mamba.Activations;
import dev.squall.kernels.tensor.Tensor;

/**
 * The time steps of a block's scan.
 *
 * @param raw by inner channel, before the softplus
 */
record TimeSteps(Plane raw) {
  /** What keeps a time step from vanishing. */
  private static final float LEAST = 1e-4f;

  /** softplus(raw) + 1e-4, f32[channels, tokens]. */
  Tensor delta() {
    return delta(raw.copy());
  }

  /**
   * The same of raw steps that are quantised: asymmetric, with a scale and a zero point for each
   * step over the channels. Before the softplus, small steps keep their relative precision; behind
   * it a step of 15 among steps of 0.001 takes all integers for itself.
   */
  Tensor quantized(int bits) {
    Plane values = raw.copy();
    int levels = (1 << bits) - 1;
    for (int t = 0; t < values.tokens(); t++) {
      quantize(values, t, levels);
    }
    return delta(values);
  }

  private static void quantize(Plane values, int t, int levels) {
    float low = Float.POSITIVE_INFINITY;
    float high = Float.NEGATIVE_INFINITY;
    for (int channel = 0; channel < values.channels(); channel++) {
      low = Math.min(low, values.at(channel, t));
      high = Math.max(high, values.at(channel, t));
    }
    float scale = (high - low) / levels;
    if (scale == 0) {
      return;
    }
    double zero = Math.rint(low / scale);
    for (int channel = 0; channel < values.channels(); channel++) {
      double integer = Math.clamp(Math.rint(values.at(channel, t) / scale), zero, zero + levels);
      values.set(channel, t, (float) (scale * integer));
    }
  }

  private static Tensor delta(Plane values) {
    float[] steps = values.values();
    Activations.softplus(steps, 0, steps.length);
    for (int i = 0; i < steps.length; i++) {
      steps[i] += LEAST;
    }
    return values.tensor(0, values.channels(), values.channels(), values.tokens());
  }
}
