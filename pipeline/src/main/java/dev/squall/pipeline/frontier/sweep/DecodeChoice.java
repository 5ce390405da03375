package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import dev.squall.pipeline.model.decoder.DecodeMethods;
import java.util.ArrayList;
import java.util.List;

/** All methods of decoding that Squall has, and the last keys alone to compare them with. */
final class DecodeChoice {
  private static final String WINDOW = "window";

  private DecodeChoice() {}

  static List<String> names() {
    List<String> names = new ArrayList<>(DecodeMethods.names());
    names.add(WINDOW);
    return List.copyOf(names);
  }

  static List<String> parameters(String name) {
    return name.equals(WINDOW) ? List.of(DecodeMethods.BUDGET) : DecodeMethods.parameters(name);
  }

  static DecodeKeys dense() {
    return DecodeKeys.dense();
  }

  /**
   * A method for one prompt.
   *
   * @throws SquallException INVALID_INPUT for parameters that the method does not take
   */
  static DecodeKeys open(Setting setting) {
    return setting.method().equals(WINDOW)
        ? DecodeKeys.last(window(setting.parameters().get(DecodeMethods.BUDGET)))
        : DecodeMethods.method(setting.method(), setting.parameters());
  }

  private static int window(String budget) {
    try {
      int window = Integer.parseInt(String.valueOf(budget));
      if (window > 0) {
        return window;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a number below one is.
    }
    throw SquallException.invalidInput("window: budget = %s: expected 1 or more".formatted(budget));
  }
}
