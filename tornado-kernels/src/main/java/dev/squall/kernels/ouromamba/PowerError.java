package dev.squall.kernels.ouromamba;

/**
 * The error measure of OuroMamba's searches for a clip, Σ |x − x̂|^2.4, of magnitudes rounded to
 * multiples of a scale. Rounding errors are at most half a step, so their power comes from a table.
 */
final class PowerError {
  private static final double EXPONENT = 2.4;
  private static final int ENTRIES = 1 << 13;

  /** Of the error in steps, from 0 to ½. */
  private static final double[] POWERS = powers();

  private PowerError() {}

  private static double[] powers() {
    double[] powers = new double[ENTRIES + 2];
    for (int i = 0; i < powers.length; i++) {
      powers[i] = Math.pow(0.5 * i / ENTRIES, EXPONENT);
    }
    return powers;
  }

  /**
   * The error of {@code count} magnitudes, or more than {@code enough} if it is above that.
   *
   * @param largest the largest integer
   */
  static double of(
      float[] magnitudes, int from, int count, double scale, int largest, double enough) {
    double unit = Math.pow(scale, EXPONENT);
    double limit = enough / unit;
    double sum = 0;
    double inverse = 1 / scale;
    for (int i = from; i < from + count && sum <= limit; i++) {
      double quotient = magnitudes[i] * inverse;
      double rounded = Math.rint(quotient);
      if (rounded > largest) {
        sum += Math.pow(quotient - largest, EXPONENT);
      } else {
        double entry = Math.abs(quotient - rounded) * 2 * ENTRIES;
        int index = (int) entry;
        sum += POWERS[index] + (entry - index) * (POWERS[index + 1] - POWERS[index]);
      }
    }
    return sum * unit;
  }

  /**
   * The scale with the least error among {@code clips} equal fractions of the largest magnitude; 1
   * where all are zero.
   */
  static double bestScale(float[] magnitudes, int from, int count, int largest, int clips) {
    float top = 0;
    for (int i = from; i < from + count; i++) {
      top = Math.max(top, magnitudes[i]);
    }
    if (top == 0) {
      return 1;
    }
    double best = top / largest;
    double least = Double.POSITIVE_INFINITY;
    for (int clip = 0; clip < clips; clip++) {
      double scale = (double) top * (clips - clip) / clips / largest;
      double error = of(magnitudes, from, count, scale, largest, least);
      if (error < least) {
        least = error;
        best = scale;
      }
    }
    return best;
  }
}
