package dev.squall.pipeline.frontier.task;

import java.util.List;

/**
 * A prompt and what is to be written behind it.
 *
 * @param prompt up to the lead of the first blank, which is not in it
 * @param blanks in their order; none where the text itself is scored
 */
public record Exercise(String prompt, List<Blank> blanks) {
  public Exercise {
    blanks = List.copyOf(blanks);
  }

  /** The prompt and the first lead: what a method of prefill reads. */
  public String opening() {
    return blanks.isEmpty() ? prompt : prompt + blanks.getFirst().lead();
  }

  /** Mean score of one who guesses; NaN where there is nothing to guess. */
  public double chance() {
    return blanks.stream()
        .mapToDouble(blank -> blank.answer().chance())
        .average()
        .orElse(Double.NaN);
  }
}
