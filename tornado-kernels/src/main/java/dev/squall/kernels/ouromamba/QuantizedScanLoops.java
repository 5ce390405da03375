package dev.squall.kernels.ouromamba;

import dev.squall.kernels.mamba.Softplus;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What {@link QuantizedScan} does before the scan, as annotated loops: each operand is replaced by
 * what its integers mean.
 *
 * <p>All methods take the same dims: C, L, N, C / G, four that only the scan reads with whether d
 * is given at 5, then at 9 softplus (0/1) and G; and the same scalars: 2^bits − 1 of delta, largest
 * integers of a, b, c, d.
 */
final class QuantizedScanLoops {
  /** From here on every float is an integer. */
  private static final float INTEGERS = 8388608f;

  private QuantizedScanLoops() {}

  /**
   * The scale and the zero point of each step.
   *
   * @param delta f32[C,L]
   * @param scale f32[L]
   * @param zero f32[L], integers
   */
  static void stepRanges(
      FloatArray delta, FloatArray scale, FloatArray zero, IntArray dims, FloatArray scalars) {
    for (@Parallel int t = 0; t < dims.get(1); t++) {
      int channels = dims.get(0);
      int length = dims.get(1);
      float low = delta.get(t);
      float high = low;
      for (int channel = 1; channel < channels; channel++) {
        float raw = delta.get(channel * length + t);
        low = TornadoMath.min(low, raw);
        high = TornadoMath.max(high, raw);
      }
      // Softplus is monotone: the extremes stay the extremes.
      if (dims.get(9) == 1) {
        low = Softplus.of(low);
        high = Softplus.of(high);
      }
      float step = 0f;
      if (dims.get(11) == 1) {
        step = (high - low) / scalars.get(0);
      }
      float first = 0f;
      if (step > 0f) {
        first = rounded(low / step);
      }
      scale.set(t, step);
      zero.set(t, first);
    }
  }

  /**
   * The time steps.
   *
   * @param delta f32[C,L]
   * @param scale f32[L]
   * @param zero f32[L]
   * @param steps f32[C,L]
   */
  static void steps(
      FloatArray delta,
      FloatArray scale,
      FloatArray zero,
      FloatArray steps,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int t = 0; t < dims.get(1); t++) {
        int at = channel * dims.get(1) + t;
        float value = delta.get(at);
        if (dims.get(9) == 1) {
          value = Softplus.of(value);
        }
        float step = scale.get(t);
        if (step > 0f) {
          float low = zero.get(t);
          float integer = TornadoMath.max(rounded(value / step), low);
          value = step * TornadoMath.min(integer, low + scalars.get(0));
        }
        steps.set(at, value);
      }
    }
  }

  /**
   * The input of the scan, turned from steps first to channels first.
   *
   * @param qIn i8[L,C]
   * @param qOut i8[L,C]
   * @param outlierScale f32[L]
   * @param inlierScale f32[L]
   * @param u f32[C,L]
   */
  static void activations(
      ByteArray qIn,
      ByteArray qOut,
      FloatArray outlierScale,
      FloatArray inlierScale,
      FloatArray u,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int t = 0; t < dims.get(1); t++) {
        int from = t * dims.get(0) + channel;
        float inlier = inlierScale.get(t) * qIn.get(from);
        float outlier = outlierScale.get(t) * qOut.get(from);
        u.set(channel * dims.get(1) + t, inlier + outlier);
      }
    }
  }

  /**
   * B and C, each with a scale for a group and step.
   *
   * @param b f32[G,N,L]
   * @param c f32[G,N,L]
   * @param meantB f32[G,N,L]
   * @param meantC f32[G,N,L]
   */
  static void projections(
      FloatArray b,
      FloatArray c,
      FloatArray meantB,
      FloatArray meantC,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int group = 0; group < dims.get(10); group++) {
      for (@Parallel int t = 0; t < dims.get(1); t++) {
        int length = dims.get(1);
        int states = dims.get(2);
        int first = group * states * length + t;
        float largestB = 0f;
        float largestC = 0f;
        for (int n = 0; n < states; n++) {
          largestB = TornadoMath.max(largestB, TornadoMath.abs(b.get(first + n * length)));
          largestC = TornadoMath.max(largestC, TornadoMath.abs(c.get(first + n * length)));
        }
        float scaleB = largestB / scalars.get(2);
        float scaleC = largestC / scalars.get(3);
        for (int n = 0; n < states; n++) {
          int at = first + n * length;
          meantB.set(at, meant(b.get(at), scaleB, scalars.get(2)));
          meantC.set(at, meant(c.get(at), scaleC, scalars.get(3)));
        }
      }
    }
  }

  /**
   * The largest |a| of each channel.
   *
   * @param a f32[C,N]
   * @param rowLargest f32[C]
   */
  static void rowLargest(FloatArray a, FloatArray rowLargest, IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      int states = dims.get(2);
      float largest = 0f;
      for (int n = 0; n < states; n++) {
        largest = TornadoMath.max(largest, TornadoMath.abs(a.get(channel * states + n)));
      }
      rowLargest.set(channel, largest);
    }
  }

  /**
   * A and D, each with one scale.
   *
   * @param a f32[C,N]
   * @param d f32[C], or one unused element
   * @param rowLargest f32[C]
   * @param meantA f32[C,N]
   * @param meantD as d
   */
  static void constants(
      FloatArray a,
      FloatArray d,
      FloatArray rowLargest,
      FloatArray meantA,
      FloatArray meantD,
      IntArray dims,
      FloatArray scalars) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      int channels = dims.get(0);
      int states = dims.get(2);
      float largestA = 0f;
      for (int other = 0; other < channels; other++) {
        largestA = TornadoMath.max(largestA, rowLargest.get(other));
      }
      float scaleA = largestA / scalars.get(1);
      for (int n = 0; n < states; n++) {
        int at = channel * states + n;
        meantA.set(at, meant(a.get(at), scaleA, scalars.get(1)));
      }
      if (dims.get(5) == 1) {
        float largestD = 0f;
        for (int other = 0; other < channels; other++) {
          largestD = TornadoMath.max(largestD, TornadoMath.abs(d.get(other)));
        }
        meantD.set(channel, meant(d.get(channel), largestD / scalars.get(4), scalars.get(4)));
      }
    }
  }

  /** What the integer of {@code value} means; a scale of 0 leaves the value. */
  static float meant(float value, float scale, float largest) {
    float divisor = scale > 0f ? scale : 1f;
    float integer = OutlierQuantizerLoops.nearest(value / divisor, largest);
    return scale > 0f ? scale * integer : value;
  }

  /** The integer nearest to {@code value}, which is not negative, ties to even. */
  static float rounded(float value) {
    int below = (int) TornadoMath.max(0f, TornadoMath.min(value, INTEGERS));
    float rest = value - below;
    int above = rest > 0.5f ? 1 : 0;
    int tie = rest == 0.5f ? 1 : 0;
    float integer = below + (above | (tie & below & 1));
    return value < INTEGERS ? integer : value;
  }
}
