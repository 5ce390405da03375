package dev.squall.kernels.ouromamba;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * The definition of {@link OutlierQuantizer}. A unit is a window of one sample: the steps between
 * two times that the list is emptied.
 *
 * <p>Statistics are in double precision; the quotients that decide an integer are single-precision
 * divisions, as in the definition.
 */
final class OutlierQuantizerReference implements Reference {
  /** Relative error of a single-precision division: 2.5 units in the last place, and rounding. */
  static final double DIVISION_ERROR = 3 * 0x1p-23;

  /** Comparisons closer than this, relatively, may go either way. */
  private static final double TIE = 1e-6;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("B") * sizes.dim(OutlierQuantizer.WINDOWS);
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Window window = new Window(call, unit);
    boolean[] listed = new boolean[window.channels];
    for (int l = window.from; l < window.to; l++) {
      float[] x = window.row(l);
      float scale = window.inlierScale(l);
      if (largest(x, listed, false) / window.inlierLargest > scale) {
        double threshold = window.threshold(x, listed);
        for (int c = 0; c < x.length; c++) {
          listed[c] |= Math.abs(x[c]) > threshold;
        }
      }
      float outlierScale = largest(x, listed, true) / window.outlierLargest;
      expectation.expect("outlier_scale", window.step(l), outlierScale);
      for (int c = 0; c < x.length; c++) {
        long at = window.step(l) * x.length + c;
        expectation.expect("outlier", at, listed[c] ? 1 : 0);
        expectation.expect(
            "q_in", at, listed[c] ? 0 : quantised(x[c], scale, window.inlierLargest));
        expectation.expect(
            "q_out", at, listed[c] ? quantised(x[c], outlierScale, window.outlierLargest) : 0);
      }
    }
  }

  /** Right if the outputs follow from the definition with near ties decided otherwise. */
  @Override
  public String judge(Call call, long unit) {
    Window window = new Window(call, unit);
    boolean[] before = new boolean[window.channels];
    for (int l = window.from; l < window.to; l++) {
      boolean[] listed = window.listed(l);
      String wrong = judgeList(window, l, before, listed);
      if (wrong == null) {
        wrong = judgeIntegers(window, l, listed);
      }
      if (wrong != null) {
        return "step " + l + ": " + wrong;
      }
      before = listed;
    }
    return null;
  }

  private static String judgeList(Window window, int l, boolean[] before, boolean[] listed) {
    float[] x = window.row(l);
    double excess = (double) largest(x, before, false) / window.inlierLargest;
    double scale = window.inlierScale(l);
    double threshold = window.threshold(x, before);
    boolean joined = false;
    boolean asDetected = true;
    for (int c = 0; c < x.length; c++) {
      if (before[c] && !listed[c]) {
        return "channel " + c + " left the list";
      }
      if (!before[c]) {
        joined |= listed[c];
        double size = Math.abs(x[c]);
        asDetected &= listed[c] ? size > threshold * (1 - TIE) : size < threshold * (1 + TIE);
      }
    }
    if (joined && excess < scale * (1 - TIE)) {
      return "channels joined the list without need";
    }
    boolean mustDetect = excess > scale * (1 + TIE);
    return (joined || mustDetect) && !asDetected ? "the wrong channels joined the list" : null;
  }

  private static String judgeIntegers(Window window, int l, boolean[] listed) {
    float[] x = window.row(l);
    double expected = (double) largest(x, listed, true) / window.outlierLargest;
    float outlierScale = window.call.out("outlier_scale").f32(window.step(l));
    if (Math.abs(outlierScale - expected) > DIVISION_ERROR * expected) {
      return "outlier_scale is not the largest outlier's";
    }
    for (int c = 0; c < x.length; c++) {
      long at = window.step(l) * x.length + c;
      int in = window.call.out("q_in").i8(at);
      int out = window.call.out("q_out").i8(at);
      boolean right =
          listed[c]
              ? in == 0 && nearest(out, x[c], outlierScale, window.outlierLargest)
              : out == 0 && nearest(in, x[c], window.inlierScale(l), window.inlierLargest);
      if (!right) {
        return "channel " + c + " is not rounded to the nearest";
      }
    }
    return null;
  }

  /** The largest |x| over the channels that are listed, or over those that are not. */
  private static float largest(float[] x, boolean[] listed, boolean which) {
    float largest = 0;
    for (int c = 0; c < x.length; c++) {
      if (listed[c] == which) {
        largest = Math.max(largest, Math.abs(x[c]));
      }
    }
    return largest;
  }

  private static double quantised(float x, float scale, float largest) {
    if (scale == 0) {
      return 0;
    }
    float quotient = x / scale;
    return Math.rint(Math.clamp(quotient, -largest, largest));
  }

  private static boolean nearest(int q, float x, float scale, float largest) {
    if (scale == 0) {
      return q == 0;
    }
    double quotient = Math.clamp((double) x / scale, -largest, largest);
    return Math.abs(q) <= largest && Math.abs(q - quotient) <= 0.5 + TIE * Math.abs(quotient);
  }

  /** One unit of a call. */
  private static final class Window {
    private final Call call;
    private final int sample;
    private final int steps;
    private final int channels;
    private final int from;
    private final int to;
    private final float inlierLargest;
    private final float outlierLargest;
    private final double sigma;

    private Window(Call call, long unit) {
      this.call = call;
      Sizes sizes = call.sizes();
      int windows = sizes.extent(OutlierQuantizer.WINDOWS);
      steps = sizes.extent("L");
      channels = sizes.extent("C");
      sample = (int) (unit / windows);
      long refresh = sizes.integer("refresh");
      from = (int) (unit % windows * refresh);
      to = (int) Math.min(from + refresh, steps);
      inlierLargest = OutlierQuantizer.largest(sizes.integer("inlier_bits"));
      outlierLargest = OutlierQuantizer.largest(sizes.integer("outlier_bits"));
      sigma = sizes.real("sigma");
    }

    /** The position of step l in [B,L]. */
    private long step(int l) {
      return (long) sample * steps + l;
    }

    private float inlierScale(int l) {
      return call.in("inlier_scale").f32(l);
    }

    private float[] row(int l) {
      Tensor x = call.in("x");
      float[] row = new float[channels];
      for (int c = 0; c < channels; c++) {
        row[c] = x.f32(step(l) * channels + c);
      }
      return row;
    }

    /** The list that the call's outputs state. */
    private boolean[] listed(int l) {
      boolean[] listed = new boolean[channels];
      for (int c = 0; c < channels; c++) {
        listed[c] = call.out("outlier").u8(step(l) * channels + c) == 1;
      }
      return listed;
    }

    /** mean + sigma·sd of |x|, listed channels taken as 0; infinite for one channel. */
    private double threshold(float[] x, boolean[] listed) {
      if (channels == 1) {
        return Double.POSITIVE_INFINITY;
      }
      double sum = 0;
      for (int c = 0; c < channels; c++) {
        sum += listed[c] ? 0 : Math.abs(x[c]);
      }
      double mean = sum / channels;
      double squares = 0;
      for (int c = 0; c < channels; c++) {
        double deviation = (listed[c] ? 0 : Math.abs(x[c])) - mean;
        squares += deviation * deviation;
      }
      return mean + sigma * Math.sqrt(squares / (channels - 1));
    }
  }
}
