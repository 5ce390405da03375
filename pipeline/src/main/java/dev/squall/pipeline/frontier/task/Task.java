package dev.squall.pipeline.frontier.task;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The tasks that there are. */
public enum Task {
  /** No question: the probability of the text itself. */
  PERPLEXITY("next tokens of a text", null, new Prose()),
  NEEDLE("one number among four hidden in a text", "NIAH", new Needles(1, 4)),
  NEEDLES("four numbers among eight hidden in a text", "NIAH", new Needles(4, 8)),
  VARIABLES("variables that have one value, by chains of assignments", "VT", new Variables(2, 2)),
  WORDS("the most common words of a list", "CWE", new CommonWords(5, 30, 3)),
  STORY("facts of a story's chapters", "Retrieval", new Story(8, 4));

  /** Changes when prompts or scores do: results of different versions do not compare. */
  public static final int VERSION = 1;

  private final String summary;
  private final String published;
  private final ExerciseMaker maker;

  Task(String summary, String published, ExerciseMaker maker) {
    this.summary = summary;
    this.published = published;
    this.maker = maker;
  }

  /** As users name it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public String summary() {
    return summary;
  }

  /** The task that the published scaling law has an offset for, if any. */
  public Optional<String> published() {
    return Optional.ofNullable(published);
  }

  /** Whether answers are scored, so that 1 is best; else the text is, by its perplexity. */
  public boolean answers() {
    return this != PERPLEXITY;
  }

  public static List<String> labels() {
    return Arrays.stream(values()).map(Task::label).toList();
  }

  /**
   * The exercise of a number, as long as fits.
   *
   * @param seed of the sweep
   * @param sample its number; other numbers, other exercises
   * @param tokens most that its opening may have
   * @throws SquallException INVALID_INPUT if even the shortest exercise is longer
   */
  public Exercise exercise(Tokenizer tokenizer, long seed, int sample, int tokens) {
    long own = mix(seed + 31L * ordinal(), sample);
    int shortest = length(tokenizer, maker.make(own, 0), Integer.MAX_VALUE);
    if (shortest > tokens) {
      throw SquallException.invalidInput(
          "length %d: the task %s needs %d tokens".formatted(tokens, label(), shortest));
    }
    int fits = 0;
    int tooLong = 1;
    while (length(tokenizer, maker.make(own, tooLong), tokens) <= tokens) {
      fits = tooLong;
      tooLong = Math.multiplyExact(2, tooLong);
      if (tooLong > tokens) {
        break; // a piece of filler is a token at least
      }
    }
    while (tooLong - fits > 1) {
      int middle = (fits + tooLong) >>> 1;
      if (length(tokenizer, maker.make(own, middle), tokens) <= tokens) {
        fits = middle;
      } else {
        tooLong = middle;
      }
    }
    return maker.make(own, fits);
  }

  /** Tokens of an opening; one more than {@code most} for all that are longer. */
  private static int length(Tokenizer tokenizer, Exercise exercise, int most) {
    int limit = most == Integer.MAX_VALUE ? 1 << 20 : most + 1;
    return tokenizer.encode(exercise.opening(), false, limit).length;
  }

  /** SplitMix64's finaliser over both numbers. */
  private static long mix(long seed, long sample) {
    long z = seed * 0x9E3779B97F4A7C15L + sample;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
