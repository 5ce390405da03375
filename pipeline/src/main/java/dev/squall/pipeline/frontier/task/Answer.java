package dev.squall.pipeline.frontier.task;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What belongs into a blank, and how well a text fills it. */
public sealed interface Answer {
  /**
   * A score.
   *
   * @param value 0 to 1; 0 for what cannot be parsed
   * @param parsed whether the text has the form of an answer
   */
  record Score(double value, boolean parsed) {
    private static final Score UNPARSABLE = new Score(0, false);
  }

  Score score(String text);

  /** Mean score of one who knows the form and picks from what the prompt holds by chance. */
  double chance();

  /** For people. */
  String expected();

  /**
   * One word or number, right or wrong.
   *
   * @param candidates in the prompt, of which it is one
   */
  record Exactly(String expected, int candidates) implements Answer {
    private static final Pattern WORD =
        Pattern.compile("^[\\s\"'(]*([\\p{L}\\p{N}][\\p{L}\\p{N}-]*)");

    @Override
    public Score score(String text) {
      Matcher word = WORD.matcher(text);
      return word.find()
          ? new Score(word.group(1).equals(expected) ? 1 : 0, true)
          : Score.UNPARSABLE;
    }

    @Override
    public double chance() {
      return 1.0 / candidates;
    }
  }

  /**
   * A set of words; the score is the size of the intersection over that of the union.
   *
   * @param word the form of a word; what else stands in a text is skipped
   * @param candidates words of this form in the prompt
   */
  record SetOf(List<String> words, Pattern word, int candidates) implements Answer {
    public SetOf {
      words = List.copyOf(words);
    }

    @Override
    public Score score(String text) {
      Set<String> found = new LinkedHashSet<>();
      Matcher matcher = word.matcher(text);
      while (matcher.find()) {
        found.add(matcher.group());
      }
      if (found.isEmpty()) {
        return Score.UNPARSABLE;
      }
      Set<String> union = new LinkedHashSet<>(found);
      union.addAll(words);
      found.retainAll(words);
      return new Score((double) found.size() / union.size(), true);
    }

    /** Of as many words as belong there, drawn without looking: the hypergeometric mean. */
    @Override
    public double chance() {
      int right = words.size();
      double mean = 0;
      for (int hits = Math.max(0, 2 * right - candidates); hits <= right; hits++) {
        double ways =
            choose(right, hits)
                * choose(candidates - right, right - hits)
                / choose(candidates, right);
        mean += ways * hits / (2.0 * right - hits);
      }
      return mean;
    }

    private static double choose(int n, int k) {
      double ways = 1;
      for (int i = 1; i <= k; i++) {
        ways *= (double) (n - k + i) / i;
      }
      return ways;
    }

    @Override
    public String expected() {
      return String.join(", ", words);
    }
  }
}
