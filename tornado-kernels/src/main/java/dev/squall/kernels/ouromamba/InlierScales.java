package dev.squall.kernels.ouromamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/**
 * Static inlier scales from calibration activations (OuroMamba-Quant, released quantiser): at each
 * time step channels above mean + 3 standard deviations of |x| are left out, then the clip is
 * searched that minimises the mean |error|^2.4 of the rest.
 */
public final class InlierScales {
  private static final double SIGMA = 3;
  private static final double EXPONENT = 2.4;
  private static final int CLIPS = 20;

  /** Fractions of the largest magnitude that a search takes its clip from. */
  private static final int FINE_CLIPS = 100;

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

  /** What the scales of a quantiser's inliers are calibrated for. */
  public record Settings(int bits, int refresh, double sigma) {}

  /**
   * As the quantiser will see it: outliers are listed step by step, the list of a sample is emptied
   * every {@code refresh} steps, and the clip of a step is searched over what is not in it.
   *
   * @param x activations f32[B, L, C]
   * @param settings an infinite sigma lists nothing: the scales are those of a static quantiser
   * @return f32[L], each positive
   */
  public static Tensor calibrate(Tensor x, Settings settings) {
    int samples = (int) x.dim(0);
    int tokens = (int) x.dim(1);
    int channels = (int) x.dim(2);
    int largest = OutlierQuantizer.largest(settings.bits());
    Tensor scales = Tensor.allocate(ElementType.F32, tokens);
    int windows = Math.ceilDiv(tokens, settings.refresh());
    HostThreads.all()
        .forEach(
            windows,
            () -> new Window(samples, channels),
            (window, index) -> {
              window.clear();
              int first = (int) index * settings.refresh();
              int last = Math.min(tokens, first + settings.refresh());
              for (int token = first; token < last; token++) {
                int count = window.inliers(x, token, settings.sigma());
                scales.f32(
                    token,
                    (float) PowerError.bestScale(window.magnitudes, 0, count, largest, FINE_CLIPS));
              }
            });
    return scales;
  }

  /** The lists of all samples in one window of steps. */
  private static final class Window {
    private final boolean[] listed;
    private final float[] magnitudes;
    private final int samples;
    private final int channels;

    private Window(int samples, int channels) {
      this.samples = samples;
      this.channels = channels;
      listed = new boolean[samples * channels];
      magnitudes = new float[samples * channels];
    }

    private void clear() {
      Arrays.fill(listed, false);
    }

    /** Lists the outliers of a step; the magnitudes of the others come first, and are counted. */
    private int inliers(Tensor x, int token, double sigma) {
      long tokens = x.dim(1);
      int count = 0;
      for (int sample = 0; sample < samples; sample++) {
        long row = (sample * tokens + token) * channels;
        int at = sample * channels;
        double limit = limit(x, row, at, sigma);
        for (int channel = 0; channel < channels; channel++) {
          float size = Math.abs(x.f32(row + channel));
          listed[at + channel] |= size > limit;
          if (!listed[at + channel]) {
            magnitudes[count++] = size;
          }
        }
      }
      return count;
    }

    /** mean + sigma · sd of |x| over all channels, listed ones taken as 0. */
    private double limit(Tensor x, long row, int at, double sigma) {
      if (channels == 1 || Double.isInfinite(sigma)) {
        return Double.POSITIVE_INFINITY;
      }
      double sum = 0;
      double squares = 0;
      for (int channel = 0; channel < channels; channel++) {
        double size = listed[at + channel] ? 0 : Math.abs(x.f32(row + channel));
        sum += size;
        squares += size * size;
      }
      double mean = sum / channels;
      double variance = Math.max(0, (squares - sum * mean) / (channels - 1));
      return mean + sigma * Math.sqrt(variance);
    }
  }

  /** The best static scale of all values together. */
  public static float ofTensor(float[] values, int bits) {
    float[] magnitudes = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      magnitudes[i] = Math.abs(values[i]);
    }
    int largest = OutlierQuantizer.largest(bits);
    return (float) PowerError.bestScale(magnitudes, 0, magnitudes.length, largest, FINE_CLIPS);
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
