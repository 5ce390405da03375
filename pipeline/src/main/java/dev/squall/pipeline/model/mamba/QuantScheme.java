package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** How activations get their scales. */
public enum QuantScheme {
  /** OuroMamba: static scales of inliers for each step, outlier channels listed while running. */
  OUTLIERS("outliers"),
  /** A static scale for each step. */
  PER_TOKEN("per-token"),
  /** One static scale. */
  PER_TENSOR("per-tensor"),
  /** A static scale for each channel, folded into the weights. */
  PER_CHANNEL("per-channel");

  private final String word;

  QuantScheme(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }

  /**
   * @throws SquallException INVALID_INPUT listing the words there are
   */
  public static QuantScheme of(String word) {
    return Arrays.stream(values())
        .filter(scheme -> scheme.word.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                SquallException.invalidInput(
                    "scheme %s: expected %s"
                        .formatted(
                            word,
                            Arrays.stream(values())
                                .map(QuantScheme::toString)
                                .collect(Collectors.joining(" | ")))));
  }
}
