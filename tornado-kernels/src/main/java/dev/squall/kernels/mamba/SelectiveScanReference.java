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
    double sumError = 1 + states / 4.0;
    double[] h = new double[states];
    double[] terms = new double[states];
    double[] bounds = new double[states];
    for (int n = 0; n < states; n++) {
      h[n] = optional(call, "h0", channel * states + n);
      terms[n] = Math.abs(h[n]);
    }
    for (int t = 0; t < length; t++) {
      long at = channel * length + t;
      double u = call.in("u").asDouble(at);
      double raw = call.in("delta").asDouble(at) + bias;
      double dt = softplus ? Softplus.exact(raw) : raw;
      double dtError = softplus ? 1 + condition(raw, dt) : 1;
      double y = skip * u;
      double bound = sumError * Math.abs(y);
      for (int n = 0; n < states; n++) {
        long row = (group * states + n) * length + t;
        double exponent = dt * a.asDouble(channel * states + n);
        double decay = Math.exp(exponent);
        double drive = dt * b.asDouble(row) * u;
        h[n] = decay * h[n] + drive;
        double decayError = 1 + dtError * Math.abs(exponent);
        bounds[n] = decay * (bounds[n] + decayError * terms[n]) + (1 + dtError) * Math.abs(drive);
        terms[n] = decay * terms[n] + Math.abs(drive);
        y += c.asDouble(row) * h[n];
        bound += Math.abs(c.asDouble(row)) * (bounds[n] + sumError * terms[n]);
      }
      if (call.has("z")) {
        double z = call.in("z").asDouble(at);
        double sigmoid = 1 / (1 + Math.exp(-z));
        double gateError = 1 + Math.abs(z) * (1 - sigmoid);
        bound = Math.abs(z * sigmoid) * (bound + gateError * Math.abs(y));
        y *= z * sigmoid;
      }
      expectation.expect("y", at, y, bound);
    }
    for (int n = 0; n < states; n++) {
      expectation.expect("last_state", channel * states + n, h[n], bounds[n]);
    }
  }

  /** By how much softplus enlarges a relative error: |x · softplus'(x) / softplus(x)|. */
  private static double condition(double x, double softplus) {
    return Math.abs(x) / (1 + Math.exp(-x)) / softplus;
  }

  private static double optional(Call call, String port, long index) {
    return call.has(port) ? call.in(port).asDouble(index) : 0;
  }
}
