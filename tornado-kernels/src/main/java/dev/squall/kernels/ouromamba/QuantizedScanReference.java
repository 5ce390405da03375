package dev.squall.kernels.ouromamba;

import dev.squall.kernels.mamba.Softplus;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * The definition of {@link QuantizedScan}, the recurrence in double precision. A unit is a channel.
 *
 * <p>Magnitudes are first-order error bounds in units of {@link QuantizedScan#UNIT}. Rounding
 * counts as in the scan of unquantised operands: a term meets one unit in its time step and one in
 * each later step. An operand whose quotient lies so near a tie that a device may round it to the
 * other integer brings a whole quantisation step into the bound.
 */
final class QuantizedScanReference implements Reference {
  /** Relative error of a single-precision quotient on any device. */
  private static final double DIVISION_ERROR = 4e-7;

  /** Relative error of softplus in single precision on any device. */
  private static final double SOFTPLUS_ERROR = 1e-6;

  private static final double UNIT = QuantizedScan.UNIT;

  /** What an integer means, and how far that may be off. */
  private record Meant(double value, double error) {}

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("C");
  }

  @Override
  public void compute(Call call, long channel, Expectation expectation) {
    Sizes sizes = call.sizes();
    int length = sizes.extent("L");
    int states = sizes.extent("N");
    long group = channel / (sizes.dim("C") / sizes.dim("G"));
    float largestA = largest(call.in("a"), 0, 1, call.in("a").elements());
    Meant[] a = new Meant[states];
    for (int n = 0; n < states; n++) {
      float value = call.in("a").f32(channel * states + n);
      a[n] = symmetric(value, largestA, QuantizedScan.largest(sizes, "a"));
    }
    Meant d = skip(call, channel);
    double sumUnits = UNIT * (1 + states / 4.0);
    double[] h = new double[states];
    double[] terms = new double[states];
    double[] bounds = new double[states];
    for (int t = 0; t < length; t++) {
      double u = activation(call, channel, t);
      Meant dt = step(call, channel, t);
      double y = d.value * u;
      double bound = sumUnits * Math.abs(y) + d.error * Math.abs(u);
      Meant[] b = projection(call, "b", group, t);
      Meant[] c = projection(call, "c", group, t);
      for (int n = 0; n < states; n++) {
        double exponent = dt.value * a[n].value;
        double exponentError = dt.error * Math.abs(a[n].value) + (dt.value + dt.error) * a[n].error;
        double decayError = UNIT * (1 + Math.abs(exponent)) + Math.expm1(exponentError);
        double decay = Math.exp(exponent);
        double drive = dt.value * b[n].value * u;
        double driveError =
            2 * UNIT * Math.abs(drive)
                + Math.abs(u)
                    * (dt.error * Math.abs(b[n].value) + (dt.value + dt.error) * b[n].error);
        bounds[n] = decay * (1 + decayError) * (bounds[n] + decayError * terms[n]) + driveError;
        h[n] = decay * h[n] + drive;
        terms[n] = decay * terms[n] + Math.abs(drive);
        y += c[n].value * h[n];
        bound +=
            Math.abs(c[n].value) * (bounds[n] + sumUnits * terms[n])
                + c[n].error * (terms[n] + bounds[n]);
      }
      expectation.expect("y", channel * length + t, y, bound / UNIT);
    }
    for (int n = 0; n < states; n++) {
      expectation.expect("last_state", channel * states + n, h[n], bounds[n] / UNIT);
    }
  }

  private static double activation(Call call, long channel, int t) {
    long at = t * call.sizes().dim("C") + channel;
    double inlier = (double) call.in("inlier_scale").f32(t) * call.in("q_in").i8(at);
    double outlier = (double) call.in("outlier_scale").f32(t) * call.in("q_out").i8(at);
    return inlier + outlier;
  }

  private static Meant skip(Call call, long channel) {
    if (!call.has("d")) {
      return new Meant(0, 0);
    }
    Tensor d = call.in("d");
    float largest = largest(d, 0, 1, d.elements());
    return symmetric(d.f32(channel), largest, QuantizedScan.largest(call.sizes(), "d"));
  }

  private static Meant[] projection(Call call, String port, long group, int t) {
    int states = call.sizes().extent("N");
    long length = call.sizes().dim("L");
    Tensor tensor = call.in(port);
    long first = group * states * length + t;
    float largest = largest(tensor, first, length, states);
    Meant[] meant = new Meant[states];
    for (int n = 0; n < states; n++) {
      meant[n] =
          symmetric(
              tensor.f32(first + n * length), largest, QuantizedScan.largest(call.sizes(), port));
    }
    return meant;
  }

  private static float largest(Tensor tensor, long first, long stride, long count) {
    float largest = 0;
    for (long i = 0; i < count; i++) {
      largest = Math.max(largest, Math.abs(tensor.f32(first + i * stride)));
    }
    return largest;
  }

  private static Meant symmetric(float value, float largestValue, int largest) {
    float scale = largestValue / largest;
    if (scale == 0) {
      return new Meant(value, 0);
    }
    float quotient = value / scale;
    double integer = Math.clamp(Math.rint(quotient), -largest, largest);
    boolean undecided = nearTie(quotient, DIVISION_ERROR * Math.abs(quotient));
    double meant = scale * integer;
    return new Meant(meant, DIVISION_ERROR * Math.abs(meant) + (undecided ? scale : 0));
  }

  /** The time step of one channel; the range is that of all channels. */
  private static Meant step(Call call, long channel, int t) {
    Sizes sizes = call.sizes();
    Tensor delta = call.in("delta");
    long length = sizes.dim("L");
    float rawLow = Float.POSITIVE_INFINITY;
    float rawHigh = Float.NEGATIVE_INFINITY;
    for (long other = 0; other < sizes.dim("C"); other++) {
      float raw = delta.f32(other * length + t);
      rawLow = Math.min(rawLow, raw);
      rawHigh = Math.max(rawHigh, raw);
    }
    boolean softplus = sizes.flag("softplus");
    float low = positive(rawLow, softplus);
    float high = positive(rawHigh, softplus);
    float value = positive(delta.f32(channel * length + t), softplus);
    int levels = QuantizedScan.deltaLevels(sizes);
    float scale = sizes.flag("quantize_delta") ? (high - low) / levels : 0;
    double inputError = softplus ? SOFTPLUS_ERROR : 0;
    if (scale == 0) {
      return new Meant(value, inputError * value);
    }
    // The range loses digits where it is small against its ends.
    double scaleError = DIVISION_ERROR + inputError * ((double) high + low) / ((double) high - low);
    double quotientError = DIVISION_ERROR + inputError + scaleError;
    float quotient = value / scale;
    float lowQuotient = low / scale;
    double zero = Math.rint(lowQuotient);
    double integer = Math.clamp(Math.rint(quotient), zero, zero + levels);
    double uncertain = quotientError * quotient;
    boolean atAnEnd = integer <= zero + 1 || integer >= zero + levels - 1;
    boolean undecided =
        nearTie(quotient, uncertain)
            || (atAnEnd && nearTie(lowQuotient, quotientError * lowQuotient));
    double error = scaleError * scale * integer;
    return new Meant(scale * integer, error + (undecided ? scale * Math.max(1, uncertain) : 0));
  }

  private static float positive(float raw, boolean softplus) {
    return softplus ? (float) Softplus.exact(raw) : raw;
  }

  /** Whether values within {@code error} of {@code quotient} round to different integers. */
  private static boolean nearTie(double quotient, double error) {
    return Math.rint(quotient - error) != Math.rint(quotient + error);
  }
}
