package dev.squall.pipeline.compare;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What two measurements of a cell say of each other.
 *
 * @param ratio time after over time before; empty if there is nothing to compare
 * @param why why it is not clear; empty if it is
 * @param lost whether the cell could be ranked before and cannot be now
 */
public record CellAnswer(
    String key, Answer answer, Optional<RatioOfMedians> ratio, String why, boolean lost) {

  /** The answer. */
  public enum Answer {
    /** The whole interval lies within the tolerance of 1. */
    SAME,
    /** The whole interval lies below it. */
    FASTER,
    /** The whole interval lies above it. */
    SLOWER,
    /** The interval holds more than one of these, or there is none. */
    UNCLEAR
  }

  /**
   * @param tolerance relative difference that nobody minds: 0.02 for 2 %
   */
  public static List<CellAnswer> all(
      Map<String, Cell> before, Map<String, Cell> after, double tolerance, double confidence) {
    List<CellAnswer> answers = new ArrayList<>();
    for (Cell cell : before.values()) {
      Cell other = after.get(cell.key());
      answers.add(
          other == null
              ? unclear(cell.key(), "only in the first file", false)
              : of(cell, other, tolerance, confidence));
    }
    for (String key : after.keySet()) {
      if (!before.containsKey(key)) {
        answers.add(unclear(key, "only in the second file", false));
      }
    }
    return answers;
  }

  static CellAnswer of(Cell before, Cell after, double tolerance, double confidence) {
    if (!before.ranked() || !after.ranked()) {
      Cell bad = before.ranked() ? after : before;
      return unclear(
          before.key(),
          "%s in the %s file%s"
              .formatted(
                  bad.state(),
                  before.ranked() ? "second" : "first",
                  bad.reason().isEmpty() ? "" : ": " + bad.reason()),
          before.ranked());
    }
    RatioOfMedians ratio =
        RatioOfMedians.of(
            samples(before),
            samples(after),
            confidence,
            RatioOfMedians.RESAMPLES,
            before.key().hashCode());
    Answer answer = answer(ratio, tolerance);
    return new CellAnswer(
        before.key(),
        answer,
        Optional.of(ratio),
        answer == Answer.UNCLEAR ? "the interval is too wide" : "",
        false);
  }

  static Answer answer(RatioOfMedians ratio, double tolerance) {
    double slower = 1 + tolerance;
    double faster = 1 / slower;
    if (ratio.low() > slower) {
      return Answer.SLOWER;
    }
    if (ratio.high() < faster) {
      return Answer.FASTER;
    }
    return ratio.low() >= faster && ratio.high() <= slower ? Answer.SAME : Answer.UNCLEAR;
  }

  /** A coarse clock may say zero. */
  private static double[] samples(Cell cell) {
    return cell.times().samplesNs().stream().mapToDouble(ns -> Math.max(1, ns)).sorted().toArray();
  }

  private static CellAnswer unclear(String key, String why, boolean lost) {
    return new CellAnswer(key, Answer.UNCLEAR, Optional.empty(), why, lost);
  }

  /** Whether some cell takes longer now, or has no time any more. */
  public static boolean anyWorse(Collection<CellAnswer> answers) {
    return answers.stream().anyMatch(each -> each.answer() == Answer.SLOWER || each.lost());
  }
}
