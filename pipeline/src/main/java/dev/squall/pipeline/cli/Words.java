package dev.squall.pipeline.cli;

import dev.squall.kernels.error.SquallException;
import dev.squall.profiles.EditDistance;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Options that take one of a few words. */
final class Words {
  private Words() {}

  /**
   * @throws SquallException INVALID_INPUT naming the nearest word and all of them
   */
  static <T> T oneOf(String option, String word, T[] values, Function<T, String> name) {
    List<String> names = Arrays.stream(values).map(name).toList();
    int index = names.indexOf(word);
    if (index < 0) {
      throw SquallException.invalidInput(
          "%s = %s: did you mean '%s'? (%s)"
              .formatted(
                  option,
                  word,
                  EditDistance.nearest(word, names).orElseThrow(),
                  String.join(", ", names)));
    }
    return values[index];
  }
}
