package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where OuroMamba's released code does not do what its paper says, and a model is to follow it.
 *
 * @param globalDetection channels are listed in all windows of a text where one window exceeds its
 *     static scale, so that the result of a window depends on the others
 * @param sharedScales both directions of the scan share the static scales of u that were calibrated
 *     for the backward one, step by step in its order: the forward scan gets those of the mirrored
 *     position
 */
public record Released(boolean globalDetection, boolean sharedScales) {
  /** As the paper says. */
  public static final Released NOTHING = new Released(false, false);

  private static final String DETECTION = "detection";
  private static final String SCALES = "scales";

  /**
   * @param words {@code detection}, {@code scales}, both, or {@code none}
   * @throws SquallException INVALID_INPUT for others
   */
  public static Released of(List<String> words) {
    for (String word : words) {
      if (!List.of(DETECTION, SCALES, "none").contains(word)) {
        throw SquallException.invalidInput(
            "released %s: expected none, detection or scales".formatted(word));
      }
    }
    return new Released(words.contains(DETECTION), words.contains(SCALES));
  }

  @Override
  public String toString() {
    List<String> words = new ArrayList<>();
    if (globalDetection) {
      words.add(DETECTION);
    }
    if (sharedScales) {
      words.add(SCALES);
    }
    return words.isEmpty() ? "none" : String.join("+", words);
  }
}
