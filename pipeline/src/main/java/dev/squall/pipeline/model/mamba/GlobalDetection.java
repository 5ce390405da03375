package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code ouromamba.quantize} as OuroMamba's released code detects: all windows of a call go through
 * their steps together, and where one of them exceeds its static scale, all of them list what lies
 * above their own mean + sigma · sd. What becomes of a window so depends on all others. On the host
 * alone, with the outputs of the kernel.
 */
final class GlobalDetection {
  private final Tensor x;
  private final Tensor inlierScale;
  private final QuantSettings settings;
  private final int steps;
  private final int channels;
  private final boolean[] listed;

  private GlobalDetection(Tensor x, Tensor inlierScale, QuantSettings settings) {
    this.x = x;
    this.inlierScale = inlierScale;
    this.settings = settings;
    steps = (int) x.dim(1);
    channels = (int) x.dim(2);
    listed = new boolean[steps * channels];
  }

  /**
   * @param x f32[1, steps, channels]
   * @param inlierScale f32[steps]
   */
  static Map<String, Tensor> quantize(Tensor x, Tensor inlierScale, QuantSettings settings) {
    GlobalDetection detection = new GlobalDetection(x, inlierScale, settings);
    for (int step = 0; step < Math.min(settings.refresh(), detection.steps); step++) {
      detection.list(step);
    }
    return detection.integers();
  }

  /** Step {@code step} of all windows. */
  private void list(int step) {
    int refresh = settings.refresh();
    int largest = QuantSettings.largest(settings.inlierBits());
    boolean exceeds = false;
    for (int l = step; l < steps; l += refresh) {
      float top = 0;
      for (int c = 0; c < channels; c++) {
        listed[l * channels + c] = step > 0 && listed[(l - 1) * channels + c];
        top = listed[l * channels + c] ? top : Math.max(top, Math.abs(at(l, c)));
      }
      exceeds |= top / largest > inlierScale.f32(l);
    }
    if (exceeds && channels > 1) {
      for (int l = step; l < steps; l += refresh) {
        double threshold = threshold(l);
        for (int c = 0; c < channels; c++) {
          listed[l * channels + c] |= Math.abs(at(l, c)) > threshold;
        }
      }
    }
  }

  /** mean + sigma · sd of |x|, listed channels taken as 0. */
  private double threshold(int l) {
    double sum = 0;
    for (int c = 0; c < channels; c++) {
      sum += listed[l * channels + c] ? 0 : Math.abs(at(l, c));
    }
    double mean = sum / channels;
    double squares = 0;
    for (int c = 0; c < channels; c++) {
      double deviation = (listed[l * channels + c] ? 0 : Math.abs(at(l, c))) - mean;
      squares += deviation * deviation;
    }
    return mean + settings.effectiveSigma() * Math.sqrt(squares / (channels - 1));
  }

  private float at(int l, int c) {
    return x.f32((long) l * channels + c);
  }

  private Map<String, Tensor> integers() {
    Tensor in = Tensor.allocate(ElementType.I8, 1, steps, channels);
    Tensor out = Tensor.allocate(ElementType.I8, 1, steps, channels);
    Tensor outlier = Tensor.allocate(ElementType.U8, 1, steps, channels);
    Tensor outlierScale = Tensor.allocate(ElementType.F32, 1, steps);
    int largest = QuantSettings.largest(settings.inlierBits());
    int largestOutlier = QuantSettings.largest(Math.min(8, settings.outlierBits()));
    for (int l = 0; l < steps; l++) {
      float top = 0;
      for (int c = 0; c < channels; c++) {
        top = listed[l * channels + c] ? Math.max(top, Math.abs(at(l, c))) : top;
      }
      float scale = top / largestOutlier;
      outlierScale.f32(l, scale);
      for (int c = 0; c < channels; c++) {
        long i = (long) l * channels + c;
        if (listed[(int) i]) {
          outlier.i8(i, (byte) 1);
          out.i8(i, scale == 0 ? 0 : nearest(x.f32(i) / scale, largestOutlier));
        } else {
          in.i8(i, nearest(x.f32(i) / inlierScale.f32(l), largest));
        }
      }
    }
    Map<String, Tensor> outputs = new LinkedHashMap<>();
    outputs.put("q_in", in);
    outputs.put("q_out", out);
    outputs.put("outlier", outlier);
    outputs.put("outlier_scale", outlierScale);
    return outputs;
  }

  private static byte nearest(float quotient, int largest) {
    return (byte) Math.rint(Math.clamp(quotient, -largest, largest));
  }
}
