package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.model.attention.AttentionMethods;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import java.util.List;

/** Methods of decoding, and a window of the last keys to compare them with. */
final class DecodeChoice {
  private static final String WINDOW = "window";
  private static final String BUDGET = "budget";

  private DecodeChoice() {}

  static List<String> names() {
    return List.of(Setting.DENSE, WINDOW);
  }

  static DecodeKeys open(Setting setting) {
    if (setting.method().equals(WINDOW)) {
      return DecodeKeys.last(Integer.parseInt(setting.parameters().get(BUDGET)));
    }
    return DecodeKeys.dense();
  }

  static List<String> orPrefillParameters(Phase phase, String name) {
    return phase == Phase.PREFILL ? AttentionMethods.load().parameters(name) : List.of(BUDGET);
  }
}
