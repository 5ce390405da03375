package dev.squall.kernels.mamba2;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;

/**
 * The recurrence of {@link StateSpaceDual} step by step in double precision; a unit is a channel of
 * a head.
 *
 * <p>The magnitude of a value is its first-order error bound in units of four roundings, for the
 * recurrence as well as for the dual form: a term counts one unit for its time step and one for
 * every later step; the error of an exponent, a sum of up to a chunk of steps taken sixteen by
 * sixteen; and a quarter for each of the additions over states and over the steps of a chunk.
 */
final class StateSpaceDualReference implements Reference {
  /** Additions that a sum of a few steps costs before sums of sums are taken. */
  private static final double NEAR = 8;

  private static final double FAR = 32;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * sizes.dim("P");
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    Sizes sizes = call.sizes();
    int states = sizes.extent("N");
    long heads = sizes.dim("H");
    long groups = sizes.dim("G");
    long head = unit / sizes.dim("P");
    long group = head / (heads / groups);
    int chunk = StateSpaceDual.chunk(sizes);
    double exponentError = 1 + (NEAR + chunk / FAR) / 4;
    double sumError = 1 + (states + chunk) / 4.0;
    double a = call.in("a").asDouble(head);
    double skip = call.has("d") ? call.in("d").asDouble(head) : 0;
    double[] h = new double[states];
    double[] terms = new double[states];
    double[] bounds = new double[states];
    for (int n = 0; n < states; n++) {
      h[n] = call.has("h0") ? call.in("h0").asDouble(unit * states + n) : 0;
      terms[n] = Math.abs(h[n]);
    }
    for (long t = 0; t < sizes.dim("L"); t++) {
      long at = t * units(sizes) + unit;
      double x = call.in("x").asDouble(at);
      double dt = call.in("dt").asDouble(t * heads + head);
      double exponent = dt * a;
      double decay = Math.exp(exponent);
      double decayError = 1 + exponentError * Math.abs(exponent);
      double y = skip * x;
      double bound = sumError * Math.abs(y);
      for (int n = 0; n < states; n++) {
        long row = (t * groups + group) * states + n;
        double drive = dt * x * call.in("b").asDouble(row);
        h[n] = decay * h[n] + drive;
        bounds[n] = decay * (bounds[n] + decayError * terms[n]) + 2 * Math.abs(drive);
        terms[n] = decay * terms[n] + Math.abs(drive);
        double weight = call.in("c").asDouble(row);
        y += weight * h[n];
        bound += Math.abs(weight) * (bounds[n] + sumError * terms[n]);
      }
      expectation.expect("y", at, y, bound);
    }
    for (int n = 0; n < states; n++) {
      expectation.expect("last_state", unit * states + n, h[n], bounds[n] + chunk / 4.0 * terms[n]);
    }
  }
}
