package dev.squall.pipeline.frontier.sweep;

import java.util.List;

/**
 * What came of a cell.
 *
 * @param score 0 to 1; of a text without questions the geometric mean of its tokens' probabilities
 * @param chance score of one who guesses; NaN where there is nothing to guess
 * @param parsed share of the answers that had the form of one
 * @param loss mean of −ln p of the tokens scored; NaN where answers are
 * @param tokens of the prompt
 * @param density computed share of the (query, key) pairs of the layers that the method applies to;
 *     decoding: of the keys, over all steps
 * @param wholeDensity the same over all layers, those with a window of the model's own included
 * @param recall share of the true attention weight that was left; NaN if not measured
 * @param prefillSeconds of all layers; also while other work runs beside
 * @param answers as the model wrote them
 */
public record Cell(
    CellKey key,
    double score,
    double chance,
    double parsed,
    double loss,
    int tokens,
    double density,
    double wholeDensity,
    double recall,
    double prefillSeconds,
    double attentionSeconds,
    double decodeSeconds,
    List<String> answers,
    List<String> expected) {

  /** e to the loss. */
  public double perplexity() {
    return Math.exp(loss);
  }
}
