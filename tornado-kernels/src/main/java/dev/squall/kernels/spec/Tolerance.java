package dev.squall.kernels.spec;

import java.util.List;
import java.util.Optional;

/**
 * How far an output may lie from the double-precision reference: |difference| ≤ absolute + relative
 * × magnitude, where magnitude is the sum of the absolute terms that make the value. Integer
 * outputs have both at zero.
 *
 * @param engine the engine it holds for, or {@link #ANY_ENGINE}
 * @param precision of the variants that it holds for
 * @param reason where the numbers come from
 */
public record Tolerance(
    String port,
    String engine,
    Precision precision,
    double absolute,
    double relative,
    String reason) {
  public static final String ANY_ENGINE = "any";

  /** Bit for bit, on every engine. */
  public static Tolerance exact(String port) {
    return new Tolerance(
        port, ANY_ENGINE, Precision.SINGLE, 0, 0, "integers are exact on every device");
  }

  public static Tolerance anyEngine(String port, double absolute, double relative, String reason) {
    return new Tolerance(port, ANY_ENGINE, Precision.SINGLE, absolute, relative, reason);
  }

  /** For variants whose factors are rounded to half precision. */
  public static Tolerance half(String port, double absolute, double relative, String reason) {
    return new Tolerance(port, ANY_ENGINE, Precision.HALF, absolute, relative, reason);
  }

  /** The row for {@code port} on {@code engine}: its own, else the one for any engine. */
  public static Optional<Tolerance> find(
      List<Tolerance> rows, String port, String engine, Precision precision) {
    List<Tolerance> fitting =
        rows.stream()
            .filter(row -> row.port().equals(port) && row.precision() == precision)
            .toList();
    return fitting.stream()
        .filter(row -> row.engine().equals(engine))
        .findFirst()
        .or(() -> fitting.stream().filter(row -> row.engine().equals(ANY_ENGINE)).findFirst());
  }

  public boolean accepts(double actual, double expected, double magnitude) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      return Double.compare(actual, expected) == 0;
    }
    return Math.abs(actual - expected) <= absolute + relative * magnitude;
  }
}
