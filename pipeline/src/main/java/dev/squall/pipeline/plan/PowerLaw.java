package dev.squall.pipeline.plan;

import java.util.OptionalDouble;

/**
 * y = a · x^b through points, by least squares of the logarithms.
 *
 * @param logFactor ln a
 * @param residual standard deviation of ln y around the line; empty with two points
 */
record PowerLaw(
    double logFactor, double exponent, OptionalDouble residual, double least, double most) {
  /** Work that grows by x takes between constant time and a little more than its square. */
  private static final double MOST_EXPONENT = 2.5;

  /** Points that are closer together, relative, say nothing of an exponent. */
  private static final double APART = 0.05;

  /** How far two points may miss the truth between them, and a single one for each e-fold. */
  private static final double TWO_POINTS = 0.15;

  private static final double ONE_POINT = 0.3;

  /**
   * @param x positive
   * @param y positive
   */
  static PowerLaw fit(double[] x, double[] y) {
    int count = x.length;
    double meanX = 0;
    double meanY = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < count; i++) {
      meanX += Math.log(x[i]) / count;
      meanY += Math.log(y[i]) / count;
      least = Math.min(least, x[i]);
      most = Math.max(most, x[i]);
    }
    if (most < least * (1 + APART)) {
      return new PowerLaw(meanY - meanX, 1, OptionalDouble.empty(), least, most);
    }
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < count; i++) {
      double dx = Math.log(x[i]) - meanX;
      xx += dx * dx;
      xy += dx * (Math.log(y[i]) - meanY);
    }
    double exponent = Math.clamp(xy / xx, 0, MOST_EXPONENT);
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double miss = Math.log(y[i]) - meanY - exponent * (Math.log(x[i]) - meanX);
      squares += miss * miss;
    }
    OptionalDouble residual =
        count < 3 ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(squares / (count - 2)));
    return new PowerLaw(meanY - exponent * meanX, exponent, residual, least, most);
  }

  double at(double x) {
    return Math.exp(logFactor + exponent * Math.log(x));
  }

  /** How far off {@link #at} may be, relative; more, the farther from the points. */
  double uncertainty(double x) {
    double beyond = Math.max(0, Math.max(Math.log(x / most), Math.log(least / x)));
    boolean line = most >= least * (1 + APART);
    double near = line ? residual.orElse(TWO_POINTS) : 0.05;
    return near + (line ? 0.5 * TWO_POINTS : ONE_POINT) * beyond;
  }
}
