package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * Numbers of named things hidden in a text, some of which are asked for (as RULER's needles in a
 * haystack with several keys and queries).
 *
 * @param queries numbers that are asked for
 * @param hidden numbers in the text
 */
record Needles(int queries, int hidden) implements ExerciseMaker {
  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    List<String> keys = new ArrayList<>();
    for (String thing : Words.draw(Words.THINGS, hidden, random)) {
      keys.add(Words.pick(Words.COLOURS, random) + " " + thing);
    }
    List<String> values = new ArrayList<>();
    while (values.size() < hidden) {
      String value = String.valueOf(random.nextInt(1000, 10000));
      if (!values.contains(value)) {
        values.add(value);
      }
    }
    List<String> needles = new ArrayList<>();
    for (int i = 0; i < hidden; i++) {
      needles.add("The number of the %s is %s.".formatted(keys.get(i), values.get(i)));
    }
    List<Integer> asked = new ArrayList<>();
    for (int i = 0; i < hidden; i++) {
      asked.add(i);
    }
    java.util.Collections.shuffle(asked, random);
    asked = asked.subList(0, queries);
    Random places = new Random(random.nextLong());
    String text = Haystack.of(needles, filler, places, new Random(random.nextLong()));
    String question =
        asked.stream().map(i -> "the " + keys.get(i)).collect(Collectors.joining(", "));
    List<Blank> blanks = new ArrayList<>();
    for (int i : asked) {
      String lead = (blanks.isEmpty() ? "" : ". ") + "The number of the " + keys.get(i) + " is";
      blanks.add(new Blank(lead, ".,;\n", 8, new Answer.Exactly(values.get(i), hidden)));
    }
    String prompt =
        "Some things have a number. Remember the numbers in this text.\n\n%s\n\nQuestion: What is the number of %s?\nAnswer: "
            .formatted(text, question);
    return new Exercise(prompt.stripTrailing() + " ", blanks);
  }
}
