package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Chains of assignments in a text; which variables have one chain's value? (As RULER's variable
 * tracking.)
 *
 * @param chains of one value each
 * @param hops assignments of a chain behind its first
 */
record Variables(int chains, int hops) implements ExerciseMaker {
  private static final Pattern NAME = Pattern.compile("\\b[A-Z]{3}\\b");

  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    List<String> names = names(random, (chains + 1) * (hops + 1));
    List<List<String>> all = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (int chain = 0; chain <= chains; chain++) {
      all.add(names.subList(chain * (hops + 1), (chain + 1) * (hops + 1)));
      values.add(String.valueOf(random.nextInt(10000, 100000)));
    }
    // The last chain is the example's.
    List<String> needles = new ArrayList<>();
    for (int hop = 0; hop <= hops; hop++) {
      List<String> step = new ArrayList<>();
      for (int chain = 0; chain < chains; chain++) {
        step.add(assignment(all.get(chain), hop, values.get(chain)));
      }
      Collections.shuffle(step, random);
      needles.addAll(step);
    }
    List<String> example = new ArrayList<>();
    for (int hop = 0; hop <= hops; hop++) {
      example.add(assignment(all.getLast(), hop, values.getLast()));
    }
    int asked = random.nextInt(chains);
    Random places = new Random(random.nextLong());
    Random words = new Random(random.nextLong());
    String prompt =
        "Text: %s\n%s\n\nText: %s\n%s"
            .formatted(
                Haystack.of(example, 4, places, words),
                question(values.getLast())
                    + lead(values.getLast())
                    + " "
                    + String.join(", ", all.getLast())
                    + ".",
                Haystack.of(needles, filler, places, words),
                question(values.get(asked)));
    Answer answer = new Answer.SetOf(all.get(asked), NAME, chains * (hops + 1));
    return new Exercise(
        prompt, List.of(new Blank(lead(values.get(asked)), ".\n", 8 * (hops + 1), answer)));
  }

  private static String assignment(List<String> chain, int hop, String value) {
    return hop == 0
        ? "%s = %s.".formatted(chain.get(0), value)
        : "%s = %s.".formatted(chain.get(hop), chain.get(hop - 1));
  }

  private static String question(String value) {
    return "Question: Which variables have the value %s, by themselves or through others?\nAnswer: "
        .formatted(value);
  }

  private static String lead(String value) {
    return "The variables with the value %s are".formatted(value);
  }

  private static List<String> names(Random random, int count) {
    List<String> names = new ArrayList<>();
    while (names.size() < count) {
      String name = "";
      for (int i = 0; i < 3; i++) {
        name += (char) ('A' + random.nextInt(26));
      }
      if (!names.contains(name)) {
        names.add(name);
      }
    }
    return names;
  }
}
