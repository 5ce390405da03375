package dev.squall.kernels.mamba;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;

/**
 * Finds states that left the range of single precision. They never come back, so the last states
 * tell, and only then the step is looked for.
 */
public final class FiniteStates {
  private FiniteStates() {}

  /**
   * @throws SquallException INVALID_INPUT naming kernel, channel, state and the first step at which
   *     it was not finite
   */
  static void require(Call call) {
    require(call, "mamba.selective_scan", 0);
  }

  /**
   * The same of a scan of some neighbouring channels of another kernel's.
   *
   * @param kernel that is to be named
   * @param firstChannel its number of the call's first channel
   */
  public static void require(Call call, String kernel, long firstChannel) {
    Tensor last = call.out("last_state");
    int states = call.sizes().extent("N");
    for (long i = 0; i < last.elements(); i++) {
      if (!Float.isFinite(last.f32(i))) {
        requireFinite(call, kernel, firstChannel, i / states, (int) (i % states));
      }
    }
  }

  /** Computes a state anew: where it stays finite, whoever computed it is to blame. */
  private static void requireFinite(
      Call call, String kernel, long firstChannel, long channel, int n) {
    int length = call.sizes().extent("L");
    int states = call.sizes().extent("N");
    long group = channel / (call.sizes().dim("C") / call.sizes().dim("G"));
    float a = call.in("a").f32(channel * states + n);
    float bias = call.has("delta_bias") ? call.in("delta_bias").f32(channel) : 0;
    float h = call.has("h0") ? call.in("h0").f32(channel * states + n) : 0;
    for (int step = 0; step < length; step++) {
      float dt = call.in("delta").f32(channel * length + step) + bias;
      dt = call.sizes().flag("softplus") ? Softplus.of(dt) : dt;
      float u = call.in("u").f32(channel * length + step);
      float b = call.in("b").f32((group * states + n) * length + step);
      h = (float) Math.exp(dt * a) * h + dt * u * b;
      if (!Float.isFinite(h)) {
        throw SquallException.invalidInput(
            "%s: state %d of channel %d is not finite from token %d on (u, delta or b too large there?)"
                .formatted(kernel, n, firstChannel + channel, step));
      }
    }
  }
}
