package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * A list of words in which some stand far more often than the others (as RULER's common words).
 *
 * @param common words to find
 * @param often how often each of them stands
 * @param seldom how often each of the others stands
 */
record CommonWords(int common, int often, int seldom) implements ExerciseMaker {
  private static final Pattern WORD = Pattern.compile("\\b[a-z]{4}\\b");
  private static final int EXAMPLE_WORDS = 8;

  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < Words.nonsenseWords(); i++) {
      numbers.add(i);
    }
    Collections.shuffle(numbers, random);
    int others = Math.min(filler, numbers.size() - 2 * common - EXAMPLE_WORDS);
    List<String> example = words(numbers, 0, common);
    List<String> exampleOthers = words(numbers, common, common + EXAMPLE_WORDS);
    List<String> wanted = words(numbers, common + EXAMPLE_WORDS, 2 * common + EXAMPLE_WORDS);
    List<String> rest =
        words(numbers, 2 * common + EXAMPLE_WORDS, 2 * common + EXAMPLE_WORDS + others);
    String lead = "The %d most common words are".formatted(common);
    String question = "Question: Which %d words are the most common?\nAnswer: ".formatted(common);
    String prompt =
        "Words: %s\n%s%s %s.\n\nWords: %s\n%s"
            .formatted(
                list(example, Math.max(2, often / 6), exampleOthers, 1, random),
                question,
                lead,
                String.join(", ", example),
                list(wanted, often, rest, seldom, new Random(random.nextLong())),
                question);
    Answer answer = new Answer.SetOf(wanted, WORD, common + others);
    return new Exercise(prompt, List.of(new Blank(lead, ".\n", 5 * common, answer)));
  }

  private static List<String> words(List<Integer> numbers, int from, int to) {
    return numbers.subList(from, to).stream().map(Words::nonsense).toList();
  }

  private static String list(
      List<String> common, int often, List<String> others, int seldom, Random random) {
    List<String> all = new ArrayList<>();
    common.forEach(word -> all.addAll(Collections.nCopies(often, word)));
    others.forEach(word -> all.addAll(Collections.nCopies(seldom, word)));
    Collections.shuffle(all, random);
    return String.join(" ", all);
  }
}
