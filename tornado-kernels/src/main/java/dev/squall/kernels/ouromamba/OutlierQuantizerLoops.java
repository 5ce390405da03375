package dev.squall.kernels.ouromamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** {@link OutlierQuantizer} as annotated loops, a window of one sample an iteration. */
final class OutlierQuantizerLoops {
  /** Terms of a partial sum: long sums lose digits in single precision. */
  private static final int RUN = 64;

  private OutlierQuantizerLoops() {}

  /**
   * @param x f32[B,L,C]
   * @param inlierScale f32[L]
   * @param qIn i8[B,L,C]
   * @param qOut i8[B,L,C]
   * @param outlier u8[B,L,C], also carries the list from step to step
   * @param outlierScale f32[B,L]
   * @param dims B·windows, windows, L, C, refresh
   * @param scalars largest inlier, largest outlier, sigma
   */
  static void quantize(
      FloatArray x,
      FloatArray inlierScale,
      ByteArray qIn,
      ByteArray qOut,
      ByteArray outlier,
      FloatArray outlierScale,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int unit = 0; unit < dims.get(0); unit++) {
      int windows = dims.get(1);
      int steps = dims.get(2);
      int channels = dims.get(3);
      int refresh = dims.get(4);
      float inlierLargest = scalars.get(0);
      float outlierLargest = scalars.get(1);
      float sigma = scalars.get(2);
      int sample = unit / windows;
      int from = (unit - sample * windows) * refresh;
      int to = TornadoMath.min(from + refresh, steps);
      for (int l = from; l < to; l++) {
        int row = (sample * steps + l) * channels;
        float largest = 0f;
        for (int c = 0; c < channels; c++) {
          int listed = 0;
          if (l > from) {
            listed = outlier.get(row - channels + c);
          }
          outlier.set(row + c, (byte) listed);
          largest = TornadoMath.max(largest, (1 - listed) * TornadoMath.abs(x.get(row + c)));
        }
        float scale = inlierScale.get(l);
        int detect = largest / inlierLargest > scale ? 1 : 0;
        if ((detect & (channels > 1 ? 1 : 0)) == 1) {
          float sum = 0f;
          for (int first = 0; first < channels; first += RUN) {
            int end = TornadoMath.min(first + RUN, channels);
            float part = 0f;
            for (int c = first; c < end; c++) {
              part += (1 - outlier.get(row + c)) * TornadoMath.abs(x.get(row + c));
            }
            sum += part;
          }
          float mean = sum / channels;
          float squares = 0f;
          for (int first = 0; first < channels; first += RUN) {
            int end = TornadoMath.min(first + RUN, channels);
            float part = 0f;
            for (int c = first; c < end; c++) {
              float deviation = (1 - outlier.get(row + c)) * TornadoMath.abs(x.get(row + c)) - mean;
              part += deviation * deviation;
            }
            squares += part;
          }
          float threshold = mean + sigma * TornadoMath.sqrt(squares / (channels - 1));
          for (int c = 0; c < channels; c++) {
            int joins = TornadoMath.abs(x.get(row + c)) > threshold ? 1 : 0;
            outlier.set(row + c, (byte) (outlier.get(row + c) | joins));
          }
        }
        float largestOutlier = 0f;
        for (int c = 0; c < channels; c++) {
          largestOutlier =
              TornadoMath.max(
                  largestOutlier, outlier.get(row + c) * TornadoMath.abs(x.get(row + c)));
        }
        float own = largestOutlier / outlierLargest;
        outlierScale.set(sample * steps + l, own);
        // Without outliers every q_out is 0, whatever the divisor.
        float divisor = own > 0f ? own : 1f;
        for (int c = 0; c < channels; c++) {
          float value = x.get(row + c);
          int listed = outlier.get(row + c);
          int in = nearest(value / scale, inlierLargest);
          int out = nearest(value / divisor, outlierLargest);
          qIn.set(row + c, (byte) (in * (1 - listed)));
          qOut.set(row + c, (byte) (out * listed));
        }
      }
    }
  }

  /** The integer nearest to {@code value}, ties to even, clipped at {@code largest}. */
  static int nearest(float value, float largest) {
    float size = TornadoMath.min(TornadoMath.abs(value), largest);
    int below = (int) size;
    float rest = size - below;
    int above = rest > 0.5f ? 1 : 0;
    int tie = rest == 0.5f ? 1 : 0;
    int rounded = below + (above | (tie & below & 1));
    return value < 0f ? -rounded : rounded;
  }
}
