package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a quantised model is like.
 *
 * @param weightBits bits of a weight, 2 to 8
 * @param inlierBits bits of an activation, 2 to 8
 * @param outlierBits bits of an activation in a listed channel, 2 to 16
 * @param scanBits bits of A, B, C, D and of time steps, 2 to 8
 * @param refresh steps after which the list of outlier channels is emptied
 * @param sigma standard deviations above the mean that make an outlier
 * @param rawSteps whether time steps are quantised before the softplus; else behind it, as released
 * @param window steps that have static scales of their own; positions behind them repeat
 * @param released in what it is like the released code rather than the paper
 */
public record QuantSettings(
    int weightBits,
    int inlierBits,
    int outlierBits,
    int scanBits,
    int refresh,
    double sigma,
    boolean rawSteps,
    int window,
    QuantScheme scheme,
    Released released) {
  private static final Pattern BITS = Pattern.compile("w(\\d+)a(\\d+)(?:o(\\d+))?");
  private static final int LONGEST_WINDOW = 1 << 16;

  /** A sigma that no channel reaches. */
  static final double NEVER = 1e6;

  public QuantSettings {
    requireBits("weights", weightBits);
    requireBits("activations", inlierBits);
    requireBits("outliers", outlierBits, 16);
    requireBits("scan operands", scanBits);
    requireRange("refresh", refresh, 1, Integer.MAX_VALUE);
    requireRange("window", window, 1, LONGEST_WINDOW);
    if (!(sigma >= 0 && sigma <= NEVER)) {
      throw SquallException.invalidInput("sigma = %s: expected 0 to 1e6".formatted(sigma));
    }
  }

  /**
   * The settings of OuroMamba for bits as {@code w4a8}, or {@code w4a4o8} with those of outliers.
   *
   * @throws SquallException INVALID_INPUT for other words and for bits outside 2 to 8
   */
  public static QuantSettings of(String bits) {
    Matcher words = BITS.matcher(bits);
    if (!words.matches()) {
      throw SquallException.invalidInput(
          "bits %s: expected weights and activations, as w4a8, or with outliers, as w4a4o8"
              .formatted(bits));
    }
    int outlier = words.group(3) == null ? 8 : number(words.group(3));
    return new QuantSettings(
        number(words.group(1)),
        number(words.group(2)),
        outlier,
        8,
        10,
        3,
        true,
        512,
        QuantScheme.OUTLIERS,
        Released.NOTHING);
  }

  private static int number(String digits) {
    return digits.length() > 3 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  /** As {@link #of} reads them. */
  public String bits() {
    return "w%da%do%d".formatted(weightBits, inlierBits, outlierBits);
  }

  public QuantSettings with(QuantScheme other) {
    return with(scanBits, refresh, sigma, rawSteps, window, other, released);
  }

  public QuantSettings withDetection(int otherRefresh, double otherSigma) {
    return with(scanBits, otherRefresh, otherSigma, rawSteps, window, scheme, released);
  }

  public QuantSettings withScanBits(int bits) {
    return with(bits, refresh, sigma, rawSteps, window, scheme, released);
  }

  public QuantSettings withRawSteps(boolean raw) {
    return with(scanBits, refresh, sigma, raw, window, scheme, released);
  }

  public QuantSettings withWindow(int steps) {
    return with(scanBits, refresh, sigma, rawSteps, steps, scheme, released);
  }

  public QuantSettings with(Released switches) {
    return with(scanBits, refresh, sigma, rawSteps, window, scheme, switches);
  }

  private QuantSettings with(
      int scan,
      int steps,
      double deviations,
      boolean raw,
      int positions,
      QuantScheme other,
      Released switches) {
    return new QuantSettings(
        weightBits,
        inlierBits,
        outlierBits,
        scan,
        steps,
        deviations,
        raw,
        positions,
        other,
        switches);
  }

  /** The sigma that the quantiser is given: static schemes list nothing. */
  double effectiveSigma() {
    return scheme == QuantScheme.OUTLIERS ? sigma : NEVER;
  }

  private static void requireBits(String what, int bits) {
    requireBits(what, bits, 8);
  }

  private static void requireBits(String what, int bits, int most) {
    if (bits < 2 || bits > most) {
      throw SquallException.invalidInput(
          "%s of %s bits: expected 2 to %d"
              .formatted(what, bits == Integer.MAX_VALUE ? "too many" : bits, most));
    }
  }

  /** The largest magnitude of a symmetric integer of {@code bits} bits. */
  static int largest(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  private static void requireRange(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw SquallException.invalidInput(
          "%s = %d: expected %d to %d".formatted(what, value, least, most));
    }
  }
}
