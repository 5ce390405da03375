package dev.squall.pipeline.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PairMergerTest {
  @Test
  void agreesWithMergingOnePairAtATime() {
    SplittableRandom random = new SplittableRandom(3);
    for (int trial = 0; trial < 300; trial++) {
      Map<String, Double> ranks = ranks(random);
      String text = text(random, random.nextInt(1, 40));
      assertThat(merged(text, ranks)).as("%s with %s", text, ranks).isEqualTo(naive(text, ranks));
    }
  }

  @Test
  void longTextsAreMergedInTime() {
    Map<String, Double> ranks = Map.of("aa", 0.0, "aaaa", 1.0);
    assertThat(merged("a".repeat(1 << 18), ranks)).hasSize(1 << 16);
  }

  @Test
  void codePointsStayWhole() {
    assertThat(merged("x😀y", Map.of())).containsExactly("x", "😀", "y");
    assertThat(merged("", Map.of())).isEmpty();
  }

  private static Map<String, Double> ranks(SplittableRandom random) {
    Map<String, Double> ranks = new HashMap<>();
    for (int i = 0; i < 12; i++) {
      ranks.put(text(random, random.nextInt(2, 5)), (double) random.nextInt(6));
    }
    return ranks;
  }

  private static String text(SplittableRandom random, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append((char) ('a' + random.nextInt(3)));
    }
    return text.toString();
  }

  private static List<String> merged(String text, Map<String, Double> ranks) {
    List<String> pieces = new ArrayList<>();
    PairMerger.merge(
        text,
        (whole, from, middle, to) -> ranks.getOrDefault(whole.substring(from, to), Double.NaN),
        (from, to) -> pieces.add(text.substring(from, to)));
    return pieces;
  }

  /** Looks through all pairs before each merge. */
  private static List<String> naive(String text, Map<String, Double> ranks) {
    List<String> pieces = new ArrayList<>();
    text.codePoints().forEach(point -> pieces.add(Character.toString(point)));
    while (true) {
      int best = -1;
      double lowest = Double.POSITIVE_INFINITY;
      for (int i = 0; i + 1 < pieces.size(); i++) {
        double rank =
            ranks.getOrDefault(pieces.get(i) + pieces.get(i + 1), Double.POSITIVE_INFINITY);
        if (rank < lowest) {
          best = i;
          lowest = rank;
        }
      }
      if (best < 0) {
        return pieces;
      }
      pieces.set(best, pieces.get(best) + pieces.remove(best + 1));
    }
  }
}
