package dev.squall.kernels.ouromamba;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link OutlierQuantizer} with a work-group for each window of a sample; a work-item has every
 * {@link #GROUP}th channel, in all steps, so that only the three reductions need barriers.
 */
final class OutlierQuantizerTiles {
  static final int GROUP = 128;

  private OutlierQuantizerTiles() {}

  /** Arguments as in {@link OutlierQuantizerLoops#quantize}. */
  static void quantize(
      KernelContext context,
      FloatArray x,
      FloatArray inlierScale,
      ByteArray qIn,
      ByteArray qOut,
      ByteArray outlier,
      FloatArray outlierScale,
      IntArray dims,
      FloatArray scalars) {
    int item = context.localIdx;
    int unit = context.groupIdx;
    float[] parts = context.allocateFloatLocalArray(GROUP);
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
      for (int c = item; c < channels; c += GROUP) {
        int listed = 0;
        if (l > from) {
          listed = outlier.get(row - channels + c);
        }
        outlier.set(row + c, (byte) listed);
        largest = TornadoMath.max(largest, (1 - listed) * TornadoMath.abs(x.get(row + c)));
      }
      parts[item] = largest;
      context.localBarrier();
      for (int i = 0; i < GROUP; i++) {
        largest = TornadoMath.max(largest, parts[i]);
      }
      context.localBarrier();
      float scale = inlierScale.get(l);
      int exceeds = largest / inlierLargest > scale ? 1 : 0;
      int detect = exceeds & (channels > 1 ? 1 : 0);
      // Summed whether needed or not: not every driver gets a barrier inside of a branch right.
      float part = 0f;
      for (int c = item; c < channels; c += GROUP) {
        part += (1 - outlier.get(row + c)) * TornadoMath.abs(x.get(row + c));
      }
      parts[item] = part;
      context.localBarrier();
      float sum = 0f;
      for (int i = 0; i < GROUP; i++) {
        sum += parts[i];
      }
      context.localBarrier();
      float mean = sum / channels;
      part = 0f;
      for (int c = item; c < channels; c += GROUP) {
        float deviation = (1 - outlier.get(row + c)) * TornadoMath.abs(x.get(row + c)) - mean;
        part += deviation * deviation;
      }
      parts[item] = part;
      context.localBarrier();
      float squares = 0f;
      for (int i = 0; i < GROUP; i++) {
        squares += parts[i];
      }
      context.localBarrier();
      int others = TornadoMath.max(1, channels - 1);
      float threshold = mean + sigma * TornadoMath.sqrt(squares / others);
      for (int c = item; c < channels; c += GROUP) {
        int joins = TornadoMath.abs(x.get(row + c)) > threshold ? detect : 0;
        outlier.set(row + c, (byte) (outlier.get(row + c) | joins));
      }
      float largestOutlier = 0f;
      for (int c = item; c < channels; c += GROUP) {
        largestOutlier =
            TornadoMath.max(largestOutlier, outlier.get(row + c) * TornadoMath.abs(x.get(row + c)));
      }
      parts[item] = largestOutlier;
      context.localBarrier();
      for (int i = 0; i < GROUP; i++) {
        largestOutlier = TornadoMath.max(largestOutlier, parts[i]);
      }
      context.localBarrier();
      float own = largestOutlier / outlierLargest;
      if (item == 0) {
        outlierScale.set(sample * steps + l, own);
      }
      // Without outliers every q_out is 0, whatever the divisor.
      float divisor = own > 0f ? own : 1f;
      for (int c = item; c < channels; c += GROUP) {
        float value = x.get(row + c);
        int listed = outlier.get(row + c);
        int in = OutlierQuantizerLoops.nearest(value / scale, inlierLargest);
        int out = OutlierQuantizerLoops.nearest(value / divisor, outlierLargest);
        qIn.set(row + c, (byte) (in * (1 - listed)));
        qOut.set(row + c, (byte) (out * listed));
      }
    }
  }
}
