package dev.squall.kernels.mamba;

/**
 * The states of one channel in double precision, with the error bounds of {@link
 * SelectiveScanReference}: values in units of four roundings of single precision.
 */
final class ScanRecurrence {
  private final boolean softplus;
  private final double sumError;
  private final double[] h;
  private final double[] terms;
  private final double[] bounds;

  /** C · h of the last step, and its bound. */
  private double sum;

  private double bound;

  /**
   * @param addends that y is added up from beyond the states
   */
  ScanRecurrence(int states, boolean softplus, int addends) {
    this.softplus = softplus;
    sumError = 1 + (states + addends - 1) / 4.0;
    h = new double[states];
    terms = new double[states];
    bounds = new double[states];
  }

  void start(int n, double value) {
    h[n] = value;
    terms[n] = Math.abs(value);
  }

  /** An entry of A, or of b and c at one step. */
  @FunctionalInterface
  interface Entries {
    double at(int n);
  }

  /**
   * One step.
   *
   * @param raw delta with its bias
   */
  void step(double raw, double u, double skip, Entries a, Entries b, Entries c) {
    double dt = softplus ? Softplus.exact(raw) : raw;
    double dtError = softplus ? 1 + condition(raw, dt) : 1;
    sum = skip * u;
    bound = sumError * Math.abs(sum);
    for (int n = 0; n < h.length; n++) {
      double exponent = dt * a.at(n);
      double decay = Math.exp(exponent);
      double drive = dt * b.at(n) * u;
      h[n] = decay * h[n] + drive;
      double decayError = 1 + dtError * Math.abs(exponent);
      bounds[n] = decay * (bounds[n] + decayError * terms[n]) + (1 + dtError) * Math.abs(drive);
      terms[n] = decay * terms[n] + Math.abs(drive);
      double weight = c.at(n);
      sum += weight * h[n];
      bound += Math.abs(weight) * (bounds[n] + sumError * terms[n]);
    }
  }

  double sum() {
    return sum;
  }

  double bound() {
    return bound;
  }

  double state(int n) {
    return h[n];
  }

  double stateBound(int n) {
    return bounds[n];
  }

  /** The gate z · sigmoid(z) on a sum with its bound. */
  record Gated(double value, double bound) {
    static Gated of(double sum, double bound, double z) {
      double sigmoid = 1 / (1 + Math.exp(-z));
      double gateError = 1 + Math.abs(z) * (1 - sigmoid);
      return new Gated(
          sum * z * sigmoid, Math.abs(z * sigmoid) * (bound + gateError * Math.abs(sum)));
    }
  }

  /** By how much softplus enlarges a relative error: |x · softplus'(x) / softplus(x)|. */
  private static double condition(double x, double softplus) {
    return Math.abs(x) / (1 + Math.exp(-x)) / softplus;
  }
}
