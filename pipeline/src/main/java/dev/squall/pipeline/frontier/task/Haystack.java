package dev.squall.pipeline.frontier.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Sentences that matter among sentences that do not. */
final class Haystack {
  private Haystack() {}

  /**
   * Spreads {@code needles}, in their order, over {@code filler} made-up sentences: needle i of n
   * falls by chance into the i-th of n equal stretches.
   */
  static String of(List<String> needles, int filler, Random places, Random words) {
    List<List<String>> gaps = new ArrayList<>();
    for (int i = 0; i <= filler; i++) {
      gaps.add(new ArrayList<>());
    }
    for (int i = 0; i < needles.size(); i++) {
      double share = (i + places.nextDouble()) / needles.size();
      gaps.get((int) (share * (filler + 1))).add(needles.get(i));
    }
    List<String> sentences = new ArrayList<>(gaps.getFirst());
    for (int i = 1; i <= filler; i++) {
      sentences.add(Words.sentence(words));
      sentences.addAll(gaps.get(i));
    }
    return String.join(" ", sentences);
  }
}
