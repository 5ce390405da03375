package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Chapters in which somebody travels, meets and buys; questions about some of them (as the study's
 * story retrieval).
 *
 * @param chapters at least
 * @param questions about different chapters
 */
record Story(int chapters, int questions) implements ExerciseMaker {
  /** Sentences without news that are spread over the chapters. */
  @Override
  public Exercise make(long seed, int filler) {
    Random random = new Random(seed);
    List<String> people = Words.draw(Words.PEOPLE, chapters + 1, random);
    List<String> cities = Words.draw(Words.CITIES, chapters, random);
    List<String> things = Words.draw(Words.THINGS, chapters, random);
    List<Integer> prices = new ArrayList<>();
    while (prices.size() < 2 * chapters) {
      int price = random.nextInt(100, 1000);
      if (!prices.contains(price)) {
        prices.add(price);
      }
    }
    String hero = people.getLast();
    Random words = new Random(random.nextLong());
    StringBuilder story = new StringBuilder();
    for (int i = 0; i < chapters; i++) {
      story.append(
          "Chapter %d. On %s %s met %s in %s. The room in %s cost %d coins. The %s cost %d coins."
              .formatted(
                  i + 1,
                  Words.pick(Words.DAYS, random),
                  hero,
                  people.get(i),
                  cities.get(i),
                  cities.get(i),
                  prices.get(2 * i),
                  things.get(i),
                  prices.get(2 * i + 1)));
      for (int k = filler * i / chapters; k < filler * (i + 1) / chapters; k++) {
        story.append(' ').append(Words.sentence(words));
      }
      story.append("\n\n");
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < chapters; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    List<Blank> blanks = new ArrayList<>();
    StringBuilder question = new StringBuilder();
    for (int i : order.subList(0, questions)) {
      boolean room = blanks.size() % 2 == 1;
      String what = room ? "The room in " + cities.get(i) : "The " + things.get(i);
      question.append(" What did the %s cost?".formatted(what.substring(4)));
      blanks.add(
          new Blank(
              (blanks.isEmpty() ? "" : ". ") + what + " cost",
              ".,;\n",
              6,
              new Answer.Exactly(
                  String.valueOf(prices.get(2 * i + (room ? 0 : 1))), 2 * chapters)));
    }
    return new Exercise(
        "Read this story.\n\n%sQuestions:%s\nAnswers: ".formatted(story, question), blanks);
  }
}
