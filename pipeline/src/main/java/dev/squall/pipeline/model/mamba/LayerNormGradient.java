package dev.squall.pipeline.model.mamba;

/** The reverse mode of {@link LayerNorm}. */
record LayerNormGradient(LayerNorm norm) {
  private static final float EPSILON = 1e-6f;

  /**
   * With x̂ = (x − mean) · f and g = scale · gradient: f · (g − mean(g) − x̂ · mean(g · x̂)), the
   * means over the channels of a token.
   *
   * @param x input of the norm
   * @param gradient with respect to its output
   */
  Plane reverse(Plane x, Plane gradient) {
    int channels = x.channels();
    int tokens = x.tokens();
    float[] mean = new float[tokens];
    float[] factor = new float[tokens];
    moments(x, mean, factor);
    float[] sum = new float[tokens];
    float[] product = new float[tokens];
    for (int channel = 0; channel < channels; channel++) {
      float own = norm.scale()[channel];
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        float g = own * gradient.values()[at + t];
        sum[t] += g;
        product[t] += g * (x.values()[at + t] - mean[t]) * factor[t];
      }
    }
    Plane result = Plane.of(channels, tokens);
    for (int channel = 0; channel < channels; channel++) {
      float own = norm.scale()[channel];
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        float g = own * gradient.values()[at + t];
        float normal = (x.values()[at + t] - mean[t]) * factor[t];
        result.values()[at + t] =
            factor[t] * (g - sum[t] / channels - normal * (product[t] / channels));
      }
    }
    return result;
  }

  private static void moments(Plane x, float[] mean, float[] factor) {
    int channels = x.channels();
    int tokens = x.tokens();
    for (int channel = 0; channel < channels; channel++) {
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        mean[t] += x.values()[at + t];
      }
    }
    for (int t = 0; t < tokens; t++) {
      mean[t] /= channels;
    }
    for (int channel = 0; channel < channels; channel++) {
      for (int t = 0, at = x.row(channel); t < tokens; t++) {
        float deviation = x.values()[at + t] - mean[t];
        factor[t] += deviation * deviation;
      }
    }
    for (int t = 0; t < tokens; t++) {
      factor[t] = (float) (1 / Math.sqrt(factor[t] / channels + EPSILON));
    }
  }
}
