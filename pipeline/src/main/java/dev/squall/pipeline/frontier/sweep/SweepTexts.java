package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.frontier.task.Exercise;
import dev.squall.pipeline.frontier.task.Task;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.util.SplittableRandom;

/** Prompts as tokens: of exercises, and stretches of a text of the user's. */
final class SweepTexts {
  private final Tokenizer tokenizer;
  private final long seed;
  private final int[] text;

  /**
   * @param text whose perplexity is taken; null if it is made up
   */
  SweepTexts(Tokenizer tokenizer, long seed, String text) {
    this.tokenizer = tokenizer;
    this.seed = seed;
    this.text = text == null ? null : tokenizer.encodeBehind(text);
  }

  Exercise exercise(Task task, int sample, int length) {
    return task.exercise(tokenizer, seed, sample, length);
  }

  int[] opening(Exercise exercise) {
    return tokenizer.encode(exercise.opening(), false, Integer.MAX_VALUE);
  }

  /**
   * The tokens whose probability is asked for; from a text of the user's exactly {@code length}.
   */
  int[] perplexityTokens(int sample, int length) {
    if (text == null) {
      return opening(exercise(Task.PERPLEXITY, sample, length));
    }
    int[] beginning = tokenizer.encode("", false, 1);
    int taken = length - beginning.length;
    if (text.length < taken) {
      throw SquallException.invalidInput(
          "length %d: --text has %d tokens".formatted(length, text.length));
    }
    int from = new SplittableRandom(31 * seed + sample).nextInt(text.length - taken + 1);
    int[] tokens = new int[length];
    System.arraycopy(beginning, 0, tokens, 0, beginning.length);
    System.arraycopy(text, from, tokens, beginning.length, taken);
    return tokens;
  }
}
