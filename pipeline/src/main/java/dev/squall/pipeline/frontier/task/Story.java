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
    List<String> places = Words.draw(Words.PLACES, chapters, random);
    List<String> things = Words.draw(Words.THINGS, chapters, random);
    String hero = people.getLast();
    Random words = new Random(random.nextLong());
    StringBuilder story = new StringBuilder();
    for (int i = 0; i < chapters; i++) {
      story.append(
          "Chapter %d. On %s %s went to the %s to see %s. %s sold %s a %s."
              .formatted(
                  i + 1,
                  Words.pick(Words.DAYS, random),
                  hero,
                  places.get(i),
                  people.get(i),
                  people.get(i),
                  hero,
                  things.get(i)));
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
      boolean thing = blanks.size() % 2 == 0;
      question.append(
          thing
              ? " What did %s sell %s?".formatted(people.get(i), hero)
              : " Where did %s go to see %s?".formatted(hero, people.get(i)));
      String lead =
          thing
              ? "%s sold %s a".formatted(people.get(i), hero)
              : "To see %s, %s went to the".formatted(people.get(i), hero);
      blanks.add(
          new Blank(
              (blanks.isEmpty() ? "" : ". ") + lead,
              ".,;\n",
              6,
              new Answer.Exactly(thing ? things.get(i) : places.get(i), chapters)));
    }
    return new Exercise(
        "Read this story.\n\n%sQuestions:%s\nAnswers: ".formatted(story, question), blanks);
  }
}
