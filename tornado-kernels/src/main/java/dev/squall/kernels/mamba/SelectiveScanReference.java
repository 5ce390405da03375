package dev.squall.kernels.mamba;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * The selective scan step by step in double precision; a unit is a channel.
 *
 * <p>The magnitude of a value is its first-order error bound in units of four roundings: each term
 * counts one unit for its time step, one for every later step that it lives through, a quarter for
 * each of the N additions into y, and one for the gate; arguments of exponentials count with their
 * condition numbers. So it grows with the memory of a state, not with L, and the same small
 * multiple bounds the error of any single-precision scan.
 */
final class SelectiveScanReference implements Reference {
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
    Tensor a = call.in("a");
    Tensor b = call.in("b");
    Tensor c = call.in("c");
    boolean softplus = sizes.flag("softplus");
    double bias = optional(call, "delta_bias", channel);
    double skip = optional(call, "d", channel);
    ScanRecurrence recurrence = new ScanRecurrence(states, softplus, 1);
    for (int n = 0; n < states; n++) {
      recurrence.start(n, optional(call, "h0", channel * states + n));
    }
    for (int t = 0; t < length; t++) {
      long at = channel * length + t;
      long column = group * states * length + t;
      recurrence.step(
          call.in("delta").asDouble(at) + bias,
          call.in("u").asDouble(at),
          skip,
          n -> a.asDouble(channel * states + n),
          n -> b.asDouble(column + (long) n * length),
          n -> c.asDouble(column + (long) n * length));
      double y = recurrence.sum();
      double bound = recurrence.bound();
      if (call.has("z")) {
        ScanRecurrence.Gated gated = ScanRecurrence.Gated.of(y, bound, call.in("z").asDouble(at));
        y = gated.value();
        bound = gated.bound();
      }
      expectation.expect("y", at, y, bound);
    }
    for (int n = 0; n < states; n++) {
      expectation.expect(
          "last_state", channel * states + n, recurrence.state(n), recurrence.stateBound(n));
    }
  }

  private static double optional(Call call, String port, long index) {
    return call.has(port) ? call.in(port).asDouble(index) : 0;
  }
}
