package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.ouromamba.InlierScales;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * The static scales of one place where activations are quantised.
 *
 * @param inlier f32[window], a scale for each step
 * @param channel f32[channels] by which channels are divided before; null where they are not
 */
record SiteScales(Tensor inlier, Tensor channel) {
  /** Values that one search for a clip looks at. */
  private static final int MOST_VALUES = 1 << 18;

  /**
   * @param x activations f32[samples, window, channels] of the site
   */
  static SiteScales calibrate(Tensor x, QuantSettings settings) {
    return switch (settings.scheme()) {
      case OUTLIERS -> new SiteScales(steps(x, settings, settings.sigma()), null);
      case PER_TOKEN -> new SiteScales(steps(x, settings, Double.POSITIVE_INFINITY), null);
      case PER_TENSOR ->
          new SiteScales(
              constant(
                  settings.window(), InlierScales.ofTensor(some(x, 0, 1), settings.inlierBits())),
              null);
      case PER_CHANNEL -> new SiteScales(constant(settings.window(), 1), channels(x, settings));
    };
  }

  private static Tensor steps(Tensor x, QuantSettings settings, double sigma) {
    return InlierScales.calibrate(
        x, new InlierScales.Settings(settings.inlierBits(), settings.refresh(), sigma));
  }

  private static Tensor channels(Tensor x, QuantSettings settings) {
    int channels = (int) x.dim(2);
    Tensor scales = Tensor.allocate(ElementType.F32, channels);
    for (int channel = 0; channel < channels; channel++) {
      scales.f32(channel, InlierScales.ofTensor(some(x, channel, channels), settings.inlierBits()));
    }
    return scales;
  }

  /** Every {@code apart}-th value from {@code from} on, or evenly chosen ones of too many. */
  private static float[] some(Tensor x, int from, int apart) {
    long there = x.elements() / apart;
    long stride = Math.ceilDiv(there, MOST_VALUES);
    // An odd stride does not fall in step with channels.
    stride += stride > 1 && stride % 2 == 0 ? 1 : 0;
    float[] values = new float[(int) Math.ceilDiv(there, stride)];
    for (int i = 0; i < values.length; i++) {
      values[i] = x.f32(from + i * stride * apart);
    }
    return values;
  }

  private static Tensor constant(int count, float value) {
    Tensor tensor = Tensor.allocate(ElementType.F32, count);
    for (int i = 0; i < count; i++) {
      tensor.f32(i, value);
    }
    return tensor;
  }

  /** The scales of {@code steps} steps, the window repeated. */
  Tensor inlier(int steps) {
    Tensor scales = Tensor.allocate(ElementType.F32, steps);
    for (int i = 0; i < steps; i++) {
      scales.f32(i, inlier.f32(i % inlier.dim(0)));
    }
    return scales;
  }

  /** The scales of a backward scan's steps, as calibrated over whole windows: from their ends. */
  Tensor mirrored(int steps) {
    Tensor scales = Tensor.allocate(ElementType.F32, steps);
    long window = inlier.dim(0);
    for (int i = 0; i < steps; i++) {
      scales.f32(i, inlier.f32(window - 1 - i % window));
    }
    return scales;
  }

  long bytes() {
    return inlier.bytes() + (channel == null ? 0 : channel.bytes());
  }
}
