package dev.squall.kernels.mminference;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Sizes;
import java.util.Arrays;

/** The strides that a search compares, with the places of their phases in one list. */
record Strides(int[] values) {
  private static final int LARGEST = 1 << 16;
  private static final int MOST = 64;

  /**
   * @throws SquallException INVALID_INPUT for what is no list of strides
   */
  static Strides of(Sizes sizes) {
    String text = sizes.text("strides");
    String[] words = text.split(",", -1);
    int[] values = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      try {
        values[i] = Integer.parseInt(words[i].strip());
      } catch (NumberFormatException e) {
        throw invalid(text);
      }
      if (values[i] < 1 || values[i] > LARGEST) {
        throw invalid(text);
      }
    }
    if (values.length > MOST || Arrays.stream(values).distinct().count() < values.length) {
      throw invalid(text);
    }
    return new Strides(values);
  }

  private static SquallException invalid(String text) {
    return SquallException.invalidInput(
        "mminference.grid_search: parameter strides = %s: expected up to %d different integers from"
                .formatted(text, MOST)
            + " 1 to %d with commas between them".formatted(LARGEST));
  }

  int count() {
    return values.length;
  }

  /** Where the phases of stride {@code i} begin. */
  int start(int i) {
    int start = 0;
    for (int before = 0; before < i; before++) {
      start += values[before];
    }
    return start;
  }

  /** Phases of all strides together. */
  int phases() {
    return start(values.length);
  }

  /** Tokens of one phase. */
  static int tokens(int tokens, int stride, int phase) {
    return phase < tokens ? (tokens - phase + stride - 1) / stride : 0;
  }
}
