package dev.squall.kernels.spec;

import dev.squall.kernels.error.SquallException;
import java.util.List;
import java.util.Locale;

/**
 * A named parameter of a kernel with its kind, default and range.
 *
 * @param defaultValue Long, Double, Boolean or String; NaN for a real that the kernel derives
 * @param minimum smallest number allowed; {@code exclusiveMinimum} leaves the bound itself out
 * @param choices the allowed words of a choice, else empty; of a text what it holds, in words
 */
public record Parameter(
    String name,
    Kind kind,
    Object defaultValue,
    double minimum,
    boolean exclusiveMinimum,
    double maximum,
    List<String> choices,
    String summary) {

  /** What a parameter's value is. */
  public enum Kind {
    INTEGER,
    REAL,
    FLAG,
    CHOICE,
    TEXT
  }

  public static Parameter integer(
      String name, long defaultValue, long minimum, long maximum, String summary) {
    return new Parameter(
        name, Kind.INTEGER, defaultValue, minimum, false, maximum, List.of(), summary);
  }

  public static Parameter real(
      String name, double defaultValue, double minimum, double maximum, String summary) {
    return new Parameter(
        name, Kind.REAL, defaultValue, minimum, false, maximum, List.of(), summary);
  }

  /** A real in (minimum, maximum]. */
  public static Parameter realAbove(
      String name, double defaultValue, double minimum, double maximum, String summary) {
    return new Parameter(name, Kind.REAL, defaultValue, minimum, true, maximum, List.of(), summary);
  }

  public static Parameter flag(String name, boolean defaultValue, String summary) {
    return new Parameter(name, Kind.FLAG, defaultValue, 0, false, 1, List.of(), summary);
  }

  /** One word out of {@code choices}; the first is the default. */
  public static Parameter choice(String name, String summary, String... choices) {
    return new Parameter(name, Kind.CHOICE, choices[0], 0, false, 0, List.of(choices), summary);
  }

  /**
   * Any text, which the kernel reads itself.
   *
   * @param range what it may hold, in words
   */
  public static Parameter text(String name, String defaultValue, String range, String summary) {
    return new Parameter(name, Kind.TEXT, defaultValue, 0, false, 0, List.of(range), summary);
  }

  /**
   * The value that {@code text} denotes.
   *
   * @throws SquallException INVALID_INPUT naming the parameter, the text and the range
   */
  public Object parse(String text) {
    return switch (kind) {
      case INTEGER -> checked(integerOf(text), text);
      case REAL -> checked(realOf(text), text);
      case FLAG -> flagOf(text);
      case CHOICE -> {
        if (!choices.contains(text)) {
          throw invalid(text);
        }
        yield text;
      }
      case TEXT -> text;
    };
  }

  /** What the parameter accepts, in words: {@code integer 1 … 1024}. */
  public String range() {
    return switch (kind) {
      case INTEGER -> "integer " + bounds((long) minimum, (long) maximum);
      case REAL ->
          (exclusiveMinimum
              ? "real above " + number(minimum) + " to " + number(maximum)
              : "real " + number(minimum) + " to " + number(maximum));
      case FLAG -> "true or false";
      case CHOICE -> String.join(" | ", choices);
      case TEXT -> choices.getFirst();
    };
  }

  private static String bounds(long low, long high) {
    return high == Long.MAX_VALUE || high >= Integer.MAX_VALUE
        ? "from " + low
        : low + " to " + high;
  }

  private static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e9) {
      return Long.toString((long) value);
    }
    return String.format(Locale.ROOT, "%g", value);
  }

  private long integerOf(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private double realOf(String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private boolean flagOf(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(text);
    };
  }

  private Object checked(Number value, String text) {
    double number = value.doubleValue();
    boolean above = exclusiveMinimum ? number > minimum : number >= minimum;
    if (!above || !(number <= maximum)) {
      throw invalid(text);
    }
    return value;
  }

  private SquallException invalid(String text) {
    return SquallException.invalidInput(
        "parameter %s = %s: expected %s".formatted(name, text, range()));
  }
}
