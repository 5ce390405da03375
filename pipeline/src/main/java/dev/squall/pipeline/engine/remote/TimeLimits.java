package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.SquallException;
import java.time.Duration;

/**
 * How long a device's process may take.
 *
 * @param start until it has connected
 * @param enumerate to list devices, and to open one
 * @param first to prepare a call, and to run it for the first time, with compilation
 * @param run a later run
 */
public record TimeLimits(Duration start, Duration enumerate, Duration first, Duration run) {
  /** Overrides {@link #first} and {@link #run}, in seconds, and lengthens the others. */
  public static final String VARIABLE = "SQUALL_DEVICE_TIMEOUT_S";

  private static final TimeLimits DEFAULT =
      new TimeLimits(
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          Duration.ofSeconds(180),
          Duration.ofSeconds(60));

  /**
   * The limits that the user's environment sets, else the defaults.
   *
   * @throws SquallException INVALID_INPUT if the variable is no positive number of seconds
   */
  public static TimeLimits ofEnvironment() {
    String text = System.getenv(VARIABLE);
    if (text == null || text.isBlank()) {
      return DEFAULT;
    }
    try {
      double seconds = Double.parseDouble(text);
      if (seconds > 0 && seconds < 1e6) {
        Duration limit = Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
        return new TimeLimits(
            longer(DEFAULT.start, limit), longer(DEFAULT.enumerate, limit), limit, limit);
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw SquallException.invalidInput(
        VARIABLE + " = " + text + ": expected a positive number of seconds");
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
