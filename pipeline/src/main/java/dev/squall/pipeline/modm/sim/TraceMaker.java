package dev.squall.pipeline.modm.sim;

import dev.squall.kernels.error.SquallException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes traces with the structure of image services: people come, try variations of one idea for a
 * while, and go; now and then an earlier idea returns. Phrases are real ones or numbered stand-ins;
 * who asks for what and when is made up, so such traces are semi-synthetic at best.
 *
 * @param phrases by falling popularity
 * @param kind how much people repeat themselves
 */
public record TraceMaker(String source, List<String> phrases, Kind kind, long seed) {
  /** Phrases that describe, beside the one that says what the image shows. */
  private static final int MODIFIERS = 5;

  /** People who are at it at a time. */
  private static final int ACTIVE = 256;

  /** The most popular phrases are modifiers, never subjects. */
  private static final int SUBJECTS_FROM = 200;

  /** Least number of phrases to draw from. */
  private static final int FEWEST_PHRASES = 1000;

  /**
   * How much people repeat themselves. The numbers are set so that MoDM-SDXL with 10,000 images
   * reaches about the published throughput on DiffusionDB and MJHQ; everything else follows.
   *
   * @param stays chance that a person asks again after a request
   * @param returns chance that a person who comes takes up an earlier idea
   * @param edits phrases that change from one request of a person to the next, on average
   */
  public enum Kind {
    DIFFUSIONDB(.92, .3, .63),
    MJHQ(.79, .3, .75);

    private final double stays;
    private final double returns;
    private final double edits;

    Kind(double stays, double returns, double edits) {
      this.stays = stays;
      this.returns = returns;
      this.edits = edits;
    }
  }

  public TraceMaker {
    phrases = List.copyOf(phrases);
    if (phrases.size() < FEWEST_PHRASES) {
      throw SquallException.invalidInput(
          "%s: %d phrases, at least %d are needed"
              .formatted(source, phrases.size(), FEWEST_PHRASES));
    }
  }

  /** A maker whose phrases are numbered words. */
  public static TraceMaker synthetic(Kind kind, long seed) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      words.add("w%d v%d".formatted(i, i % 4999));
    }
    return new TraceMaker("synthetic: numbered words", words, kind, seed);
  }

  /** What it is, for every place where a result of it is shown. */
  public String label() {
    return "%s, %s-like sessions, seed %d".formatted(source, kind, seed);
  }

  /** {@code count} requests; their times are their numbers. */
  public Trace make(int count) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<String>> active = new ArrayList<>();
    List<List<String>> ideas = new ArrayList<>();
    List<String> prompts = new ArrayList<>(count);
    List<Double> times = new ArrayList<>(count);
    while (prompts.size() < count) {
      if (active.size() < ACTIVE) {
        active.add(idea(random, ideas));
      }
      int who = random.nextInt(active.size());
      List<String> prompt = active.get(who);
      times.add((double) prompts.size());
      prompts.add(String.join(", ", prompt));
      if (random.nextDouble() < kind.stays) {
        edit(random, prompt);
      } else {
        Collections.swap(active, who, active.size() - 1);
        active.removeLast();
      }
    }
    return new Trace(label(), times, prompts);
  }

  private List<String> idea(SplittableRandom random, List<List<String>> ideas) {
    if (!ideas.isEmpty() && random.nextDouble() < kind.returns) {
      // Recent ideas return more often than old ones.
      int back = (int) Math.pow(ideas.size(), random.nextDouble());
      List<String> again = new ArrayList<>(ideas.get(ideas.size() - back));
      edit(random, again);
      return again;
    }
    List<String> idea = new ArrayList<>();
    idea.add(phrases.get(random.nextInt(SUBJECTS_FROM, phrases.size())));
    for (int i = 0; i < MODIFIERS; i++) {
      idea.add(modifier(random));
    }
    ideas.add(List.copyOf(idea));
    return idea;
  }

  private void edit(SplittableRandom random, List<String> prompt) {
    for (int i = 1; i < prompt.size(); i++) {
      if (random.nextDouble() < kind.edits / MODIFIERS) {
        prompt.set(i, modifier(random));
      }
    }
  }

  /** By popularity: a phrase's chance is inverse to its rank. */
  private String modifier(SplittableRandom random) {
    return phrases.get((int) Math.pow(phrases.size(), random.nextDouble()) - 1);
  }
}
