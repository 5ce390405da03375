package dev.squall.pipeline.model.mamba;

import java.util.Arrays;

/**
 * Normalises the channels of each token to mean 0 and variance 1, then scales and shifts them.
 *
 * @param epsilon added to the variance
 */
record LayerNorm(float[] scale, float[] bias, float epsilon) {
  private static final float EPSILON = 1e-6f;

  LayerNorm(float[] scale, float[] bias) {
    this(scale, bias, EPSILON);
  }

  Plane apply(Plane x) {
    int channels = x.channels();
    int tokens = x.tokens();
    float[] mean = new float[tokens];
    float[] factor = new float[tokens];
    for (int channel = 0; channel < channels; channel++) {
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        mean[t] += x.values()[at + t];
      }
    }
    for (int t = 0; t < tokens; t++) {
      mean[t] /= channels;
    }
    Arrays.fill(factor, 0);
    for (int channel = 0; channel < channels; channel++) {
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        float deviation = x.values()[at + t] - mean[t];
        factor[t] += deviation * deviation;
      }
    }
    for (int t = 0; t < tokens; t++) {
      factor[t] = (float) (1 / Math.sqrt(factor[t] / channels + epsilon));
    }
    Plane y = Plane.of(channels, tokens);
    for (int channel = 0; channel < channels; channel++) {
      float own = scale[channel];
      float shift = bias[channel];
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        y.values()[at + t] = (x.values()[at + t] - mean[t]) * factor[t] * own + shift;
      }
    }
    return y;
  }
}
