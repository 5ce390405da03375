package dev.squall.pipeline.page;

import dev.squall.pipeline.report.Numbers;
import java.util.ArrayList;
import java.util.List;

/**
 * Values along an axis.
 *
 * @param from value at {@code start}
 * @param to value at {@code end}
 * @param start coordinate in the drawing
 */
record Scale(boolean logarithmic, double from, double to, double start, double end) {

  /** From zero to a round number not below {@code most}. */
  static Scale linear(double most, double start, double end) {
    double step = step(most / 5);
    return new Scale(false, 0, Math.ceil(most / step - 1e-9) * step, start, end);
  }

  static Scale log(double from, double to, double start, double end) {
    return new Scale(true, from, to, start, end);
  }

  double at(double value) {
    double share =
        logarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
    return start + share * (end - start);
  }

  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      // Powers of ten, and what lies between where there are few.
      double[] digits = Math.log10(to / from) < 2.5 ? new double[] {1, 2, 5} : new double[] {1};
      for (double power = Math.pow(10, Math.floor(Math.log10(from))); power <= to; power *= 10) {
        for (double digit : digits) {
          double tick = digit * power;
          if (tick >= from * 0.999 && tick <= to * 1.001) {
            ticks.add(tick);
          }
        }
      }
    } else {
      double step = step((to - from) / 5);
      for (int i = 0; from + i * step <= to + step * 1e-6; i++) {
        ticks.add(from + i * step);
      }
    }
    return ticks;
  }

  static String label(double tick) {
    if (tick == 0) {
      return "0";
    }
    if (tick >= 1e6 || tick < 1e-3) {
      return Numbers.significant(tick);
    }
    return java.math.BigDecimal.valueOf(tick)
        .round(new java.math.MathContext(6))
        .stripTrailingZeros()
        .toPlainString();
  }

  /** One, two or five times a power of ten, about {@code rough}. */
  private static double step(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double digit = rough / power;
    return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
  }
}
