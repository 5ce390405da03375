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
  private static final Pattern WORD = Pattern.compile("\\b[a-z]+\\b");

  /** Short lists with their answers, in front of the one that is asked about. */
  private static final int EXAMPLES = 3;

  private static final int EXAMPLE_OTHERS = 6;
  private static final int EXAMPLE_OFTEN = 4;
  private static final String LEAD = "Most common:";

  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    List<String> words = Words.draw(Words.COMMON, Words.COMMON.size(), random);
    StringBuilder prompt = new StringBuilder();
    int at = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      List<String> wanted = words.subList(at, at + common);
      List<String> rest = words.subList(at + common, at + common + EXAMPLE_OTHERS);
      at += common + EXAMPLE_OTHERS;
      prompt
          .append("Words: ")
          .append(list(wanted, EXAMPLE_OFTEN, rest, random))
          .append(".\n%s %s.\n\n".formatted(LEAD, String.join(", ", wanted)));
    }
    List<String> wanted = words.subList(at, at + common);
    List<String> others = words.subList(at + common, words.size());
    // Where a long list would need more words than there are, all stand more often in proportion.
    int beyond = Math.max(0, filler - others.size());
    int more = (int) ((long) often * beyond / others.size());
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < filler * seldom; i++) {
      rest.add(others.get(i / seldom % others.size()));
    }
    prompt
        .append("Words: ")
        .append(list(wanted, often + more, rest, new Random(random.nextLong())))
        .append(".\n");
    Answer answer = new Answer.SetOf(wanted, WORD, common + Math.min(filler, others.size()));
    return new Exercise(prompt.toString(), List.of(new Blank(LEAD, ".\n", 4 * common, answer)));
  }

  /** All in random order. */
  private static String list(List<String> common, int often, List<String> others, Random random) {
    List<String> all = new ArrayList<>(others);
    common.forEach(word -> all.addAll(Collections.nCopies(often, word)));
    Collections.shuffle(all, random);
    return String.join(", ", all);
  }
}
