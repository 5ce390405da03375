package dev.squall.pipeline.frontier.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.decoder.Decoder;
import dev.squall.pipeline.model.tokenizer.Tokenizer;
import dev.squall.pipeline.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exercises are solved here by reading their prompts, without looking at how they were made. */
class TaskTest {
  private static final Pattern LOWER = Pattern.compile("[a-z]+");

  /** Letters are tokens of this model, so that lengths in tokens are easily checked. */
  private static final int LENGTH = 6000;

  @TempDir private Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void open() throws IOException {
    Path file = Files.write(folder.resolve("tiny.gguf"), TinyModel.llama(3).bytes());
    tokenizer = Decoder.open(file).tokenizer();
  }

  private Exercise exercise(Task task, int sample, int length) {
    return task.exercise(tokenizer, 7, sample, length);
  }

  private int tokens(Exercise exercise) {
    return tokenizer.encode(exercise.opening(), false, 1 << 20).length;
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void fillsTheLengthAndIsMadeFromTheSeedAlone(Task task) {
    Exercise exercise = exercise(task, 2, LENGTH);
    assertThat(tokens(exercise)).isBetween((int) (0.95 * LENGTH), LENGTH);
    assertThat(exercise(task, 2, LENGTH)).isEqualTo(exercise);
    assertThat(exercise(task, 3, LENGTH)).isNotEqualTo(exercise);
    assertThat(task.exercise(tokenizer, 8, 2, LENGTH)).isNotEqualTo(exercise);
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void aLongerPromptAsksTheSame(Task task) {
    List<String> shorter = answers(exercise(task, 4, LENGTH));
    assertThat(answers(exercise(task, 4, 2 * LENGTH))).isEqualTo(shorter);
  }

  private static List<String> answers(Exercise exercise) {
    return exercise.blanks().stream()
        .map(blank -> blank.lead() + " " + blank.answer().expected())
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Task.class)
  void aLengthThatATaskDoesNotFitIsRefused(Task task) {
    assertThatThrownBy(() -> exercise(task, 0, 20))
        .isInstanceOf(SquallException.class)
        .hasMessageMatching("length 20: the task " + task.label() + " needs \\d+ tokens");
  }

  @ParameterizedTest
  @EnumSource(
      value = Task.class,
      names = {"NEEDLE", "NEEDLES", "STORY"})
  void whatIsAskedForStandsInTheTextOnce(Task task) {
    for (int sample = 0; sample < 5; sample++) {
      Exercise exercise = exercise(task, sample, LENGTH);
      for (Blank blank : exercise.blanks()) {
        String fact = blank.lead().replaceFirst("^\\. ", "") + " ";
        int at = exercise.prompt().indexOf(fact);
        assertThat(at).as(fact).isNotNegative();
        assertThat(exercise.prompt().indexOf(fact, at + 1)).isNegative();
        String number = exercise.prompt().substring(at + fact.length()).split("[ .]")[0];
        assertThat(blank.answer().score(number)).isEqualTo(new Answer.Score(1, true));
      }
    }
  }

  @Test
  void fourQueriesAreOfDifferentThings() {
    Exercise exercise = exercise(Task.NEEDLES, 0, LENGTH);
    assertThat(exercise.blanks()).hasSize(4).doesNotHaveDuplicates();
    assertThat(exercise(Task.NEEDLE, 0, LENGTH).blanks()).hasSize(1);
  }

  @Test
  void variablesFollowFromTheAssignments() {
    for (int sample = 0; sample < 5; sample++) {
      Exercise exercise = exercise(Task.VARIABLES, sample, LENGTH);
      String text = exercise.prompt().substring(exercise.prompt().lastIndexOf("Text:"));
      Map<String, String> values = new HashMap<>();
      Matcher step = Pattern.compile("([A-Z]{3}) = (\\w+)\\.").matcher(text);
      while (step.find()) {
        values.put(step.group(1), values.getOrDefault(step.group(2), step.group(2)));
      }
      Matcher asked = Pattern.compile("value (\\d+)").matcher(exercise.blanks().getFirst().lead());
      assertThat(asked.find()).isTrue();
      List<String> right =
          values.keySet().stream().filter(name -> values.get(name).equals(asked.group(1))).toList();
      Answer answer = exercise.blanks().getFirst().answer();
      assertThat(right).hasSize(3);
      assertThat(answer.score(String.join(" and ", right))).isEqualTo(new Answer.Score(1, true));
      assertThat(values).hasSize(6);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Task.class,
      names = {"WORDS"})
  void commonWordsAreTheMostCommon(Task task) {
    for (int length : new int[] {LENGTH, 3 * LENGTH}) {
      Exercise exercise = exercise(task, 1, length);
      String list = exercise.prompt().substring(exercise.prompt().lastIndexOf("Words:") + 6);
      Map<String, Integer> counts = new HashMap<>();
      Matcher word = LOWER.matcher(list);
      while (word.find()) {
        counts.merge(word.group(), 1, Integer::sum);
      }
      List<String> common =
          counts.keySet().stream()
              .sorted((a, b) -> counts.get(b) - counts.get(a))
              .limit(5)
              .toList();
      Answer answer = exercise.blanks().getFirst().answer();
      assertThat(answer.score(String.join(", ", common)).value()).isEqualTo(1);
      int sixth = counts.values().stream().sorted((a, b) -> b - a).skip(5).findFirst().orElse(0);
      assertThat(counts.get(common.get(4))).isGreaterThanOrEqualTo(5 * sixth);
    }
  }

  @Test
  void oneWordIsRightOrWrongOrNone() {
    Answer answer = new Answer.Exactly("4821", 8);
    assertThat(answer.score(" 4821 coins")).isEqualTo(new Answer.Score(1, true));
    assertThat(answer.score("48210")).isEqualTo(new Answer.Score(0, true));
    assertThat(answer.score("4821-b")).isEqualTo(new Answer.Score(0, true));
    assertThat(answer.score("the 4821")).isEqualTo(new Answer.Score(0, true));
    assertThat(answer.score("")).isEqualTo(new Answer.Score(0, false));
    assertThat(answer.score("…!")).isEqualTo(new Answer.Score(0, false));
    assertThat(answer.chance()).isEqualTo(0.125);
  }

  @Test
  void aSetIsScoredByIntersectionOverUnion() {
    Answer answer =
        new Answer.SetOf(List.of("ab", "cd", "ef"), Pattern.compile("\\b[a-z]{2}\\b"), 6);
    assertThat(answer.score("ef, ab; cd")).isEqualTo(new Answer.Score(1, true));
    assertThat(answer.score("ef ab cd")).isEqualTo(new Answer.Score(1, true));
    assertThat(answer.score("ab ab xy")).isEqualTo(new Answer.Score(0.25, true));
    assertThat(answer.score("xy")).isEqualTo(new Answer.Score(0, true));
    assertThat(answer.score("123")).isEqualTo(new Answer.Score(0, false));
  }

  /** Over all ways to pick three of six. */
  @Test
  void chanceOfASetIsItsMeanOverAllPicks() {
    List<String> all = List.of("a", "b", "c", "d", "e", "f");
    Answer answer = new Answer.SetOf(all.subList(0, 3), Pattern.compile("[a-f]"), 6);
    double sum = 0;
    int picks = 0;
    for (int bits = 0; bits < 64; bits++) {
      if (Integer.bitCount(bits) == 3) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 6; i++) {
          text.append((bits >> i & 1) != 0 ? all.get(i) : "");
        }
        sum += answer.score(text.toString()).value();
        picks++;
      }
    }
    assertThat(answer.chance()).isCloseTo(sum / picks, within(1e-12));
  }

  @Test
  void anAnswerEndsAtAStopBehindItsFirstLetter() {
    Blank blank = new Blank("x", ".\n", 8, new Answer.Exactly("7", 2));
    assertThat(blank.filledBy(" 7")).isFalse();
    assertThat(blank.filledBy("\n 7. The")).isTrue();
    assertThat(blank.cut("\n7. The").strip()).isEqualTo("7");
    assertThat(Arrays.stream(Task.values()).map(Task::label)).doesNotHaveDuplicates();
  }
}
