package dev.squall.pipeline.report;

import java.util.Arrays;
import java.util.List;

/**
 * The recall that thresholds obtain on one text, over all layers and heads.
 *
 * @param text the file
 * @param layers that the method applies to
 * @param heads of a layer
 */
public record RecallReport(
    String model,
    String text,
    int skippedCharacters,
    int stride,
    int block,
    int layers,
    int heads,
    List<Row> rows) {

  /**
   * @param estimate mean, logmeanexp, or best for the least blocks by the true weight
   * @param recall of each head, layer after layer, exact over all queries
   * @param density likewise
   */
  public record Row(
      String estimate, double threshold, int tokens, double[] recall, double[] density) {

    public double meanRecall() {
      return Arrays.stream(recall).average().orElse(Double.NaN);
    }

    public double lowestRecall() {
      return Arrays.stream(recall).min().orElse(Double.NaN);
    }

    public double meanDensity() {
      return Arrays.stream(density).average().orElse(Double.NaN);
    }

    /** Heads whose recall is at least {@code recall}. */
    public long headsFrom(double least) {
      return Arrays.stream(recall).filter(value -> value >= least).count();
    }
  }
}
