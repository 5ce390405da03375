package dev.squall.kernels.mamba;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/**
 * The causal convolution tap by tap in double precision; a unit is a channel.
 *
 * <p>The magnitude of an output is its error bound in units of one rounding: each term meets at
 * most W operations, and the slope of the SiLU is at most 1.1.
 */
final class CausalConv1dReference implements Reference {
  private static final double STEEPEST_SILU = 1.1;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("C");
  }

  @Override
  public void compute(Call call, long channel, Expectation expectation) {
    int length = call.sizes().extent("L");
    int taps = call.sizes().extent("W");
    double bias = call.has("bias") ? call.in("bias").asDouble(channel) : 0;
    for (int t = 0; t < length; t++) {
      double sum = bias;
      double terms = Math.abs(bias);
      for (int w = 0; w < taps; w++) {
        double term =
            call.in("weight").asDouble(channel * taps + w)
                * input(call, channel, t - (taps - 1) + w);
        sum += term;
        terms += Math.abs(term);
      }
      double bound = taps * terms;
      if (call.sizes().flag("silu")) {
        sum /= 1 + Math.exp(-sum);
        bound = STEEPEST_SILU * bound + Math.abs(sum);
      }
      expectation.expect("y", channel * length + t, sum, bound);
    }
    for (int i = 0; i < taps - 1; i++) {
      double kept = input(call, channel, length - (taps - 1) + i);
      expectation.expect("last_state", channel * (taps - 1) + i, kept);
    }
  }

  /** Input {@code t} of a channel; negative ones come before the first step. */
  private static double input(Call call, long channel, int t) {
    if (t >= 0) {
      return call.in("x").asDouble(channel * call.sizes().dim("L") + t);
    }
    int history = call.sizes().extent("W-1");
    return call.has("state") ? call.in("state").asDouble(channel * history + history + t) : 0;
  }
}
