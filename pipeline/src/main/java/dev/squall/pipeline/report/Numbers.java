package dev.squall.pipeline.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them in a table. */
public final class Numbers {
  private Numbers() {}

  /** Three significant digits, never in exponent form between 0.001 and 10⁶. */
  public static String significant(double value) {
    double size = Math.abs(value);
    if (value == 0 || !Double.isFinite(value)) {
      return value == 0 ? "0" : "–";
    }
    if (size >= 1e6 || size < 1e-3) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    // 9.996 becomes 10.0: the digits before the point are those of the rounded number.
    double rounded = BigDecimal.valueOf(size).round(new MathContext(3)).doubleValue();
    int decimals = Math.clamp(2 - (long) Math.floor(Math.log10(rounded)), 0, 5);
    return String.format(Locale.ROOT, "%." + decimals + "f", value);
  }

  /** An error or a tolerance: two digits and an exponent, 0 when exact. */
  public static String error(double value) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.1e", value);
  }

  public static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
