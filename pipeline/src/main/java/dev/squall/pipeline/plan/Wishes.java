package dev.squall.pipeline.plan;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.graph.StageGraph;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the user forces: a word for all stages, or {@code stage=word} for one.
 *
 * @param everywhere the word for stages without one of their own
 */
public record Wishes(Optional<String> everywhere, Map<String, String> byStage) {
  public Wishes {
    byStage = Map.copyOf(byStage);
  }

  public static Wishes none() {
    return new Wishes(Optional.empty(), Map.of());
  }

  /** The same word for every stage. */
  public static Wishes all(String word) {
    return new Wishes(Optional.of(word), Map.of());
  }

  /**
   * Reads words as the command line takes them.
   *
   * @param what the option's name, for errors
   * @throws SquallException INVALID_INPUT for a stage that does not exist, or two words for the
   *     same
   */
  public static Wishes parse(String what, List<String> words, StageGraph graph) {
    Optional<String> everywhere = Optional.empty();
    Map<String, String> byStage = new HashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals >= 0) {
        String stage = graph.stage(word.substring(0, equals)).name();
        String before = byStage.put(stage, word.substring(equals + 1));
        if (before != null) {
          throw SquallException.invalidInput(
              "%s is given twice for stage %s (%s and %s)"
                  .formatted(what, stage, before, byStage.get(stage)));
        }
      } else if (everywhere.isPresent()) {
        throw SquallException.invalidInput(
            "%s is given twice (%s and %s); write stage=name to give one to a single stage"
                .formatted(what, everywhere.get(), word));
      } else {
        everywhere = Optional.of(word);
      }
    }
    return new Wishes(everywhere, byStage);
  }

  public Optional<String> of(String stage) {
    return Optional.ofNullable(byStage.get(stage)).or(() -> everywhere);
  }
}
