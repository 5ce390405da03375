package dev.squall.kernels.ouromamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;

/**
 * Static inlier scales from calibration activations (OuroMamba-Quant, released quantiser): at each
 * time step channels above mean + 3 standard deviations of |x| are left out, then the clip is
 * searched that minimises the mean |error|^2.4 of the rest.
 */
public final class InlierScales {
  private static final double SIGMA = 3;
  private static final double EXPONENT = 2.4;
  private static final int CLIPS = 20;

  private InlierScales() {}

  /**
   * @param x activations f32[B, L, C]
   * @param bits of an inlier, 2 to 8
   * @return f32[L], each positive
   */
  public static Tensor calibrate(Tensor x, int bits) {
    int samples = (int) x.dim(0);
    int tokens = (int) x.dim(1);
    int channels = (int) x.dim(2);
    int largest = (1 << (bits - 1)) - 1;
    Tensor scales = Tensor.allocate(ElementType.F32, tokens);
    HostThreads.all()
        .forEach(
            tokens,
            () -> new double[samples * channels],
            (values, token) -> {
              int count = 0;
              for (int sample = 0; sample < samples; sample++) {
                count =
                    inliers(
                        x, ((long) sample * tokens + token) * channels, channels, values, count);
              }
              scales.f32(token, (float) scale(values, count, largest));
            });
    return scales;
  }

  /** Appends |x| of the inlier channels of one step to {@code values}; answers the new count. */
  private static int inliers(Tensor x, long offset, int channels, double[] values, int count) {
    double sum = 0;
    double squares = 0;
    for (int channel = 0; channel < channels; channel++) {
      double size = Math.abs(x.f32(offset + channel));
      sum += size;
      squares += size * size;
    }
    double mean = sum / channels;
    double variance = channels > 1 ? (squares - sum * mean) / (channels - 1) : 0;
    double limit = channels > 1 ? mean + SIGMA * Math.sqrt(Math.max(0, variance)) : mean;
    int kept = count;
    for (int channel = 0; channel < channels; channel++) {
      double size = Math.abs(x.f32(offset + channel));
      if (size <= limit) {
        values[kept++] = size;
      }
    }
    return kept;
  }

  private static double scale(double[] values, int count, int largest) {
    double max = 0;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, values[i]);
    }
    if (max == 0) {
      return 1;
    }
    double best = max / largest;
    double bestError = Double.POSITIVE_INFINITY;
    for (int clip = 0; clip < CLIPS; clip++) {
      double scale = max * (1 - (double) clip / CLIPS) / largest;
      double error = 0;
      for (int i = 0; i < count && error < bestError; i++) {
        double q = Math.min(largest, Math.rint(values[i] / scale));
        error += Math.pow(Math.abs(values[i] - q * scale), EXPONENT);
      }
      if (error < bestError) {
        bestError = error;
        best = scale;
      }
    }
    return best;
  }
}
