package dev.squall.pipeline.frontier.report;

import dev.squall.kernels.frontier.formulas.Transformer;
import dev.squall.pipeline.frontier.sweep.Setting;
import dev.squall.pipeline.frontier.task.Task;
import java.util.Map;

/**
 * One setting at one length.
 *
 * @param length tokens that exercises were made for
 * @param tokens that they have on average
 * @param density computed share of the pairs (decoding: of the keys), in layers of the method
 * @param recall NaN if not measured
 * @param scores of each task that was run, 0 to 1
 * @param score mean of the tasks with answers
 * @param gain score less that of dense attention, on the exercises that both have
 * @param loss mean −ln p of the text's tokens; NaN where the task was not run
 * @param lossGain the same less that of dense attention
 * @param cost by the study's formula, the search for what to keep included: operations of a
 *     prefill, elements that a decoding step moves
 * @param relativeCost share of the dense cost
 */
public record Row(
    Transformer model,
    Setting setting,
    int length,
    double tokens,
    double density,
    double recall,
    Map<Task, Estimate> scores,
    Estimate score,
    Estimate gain,
    Estimate loss,
    Estimate lossGain,
    double cost,
    double relativeCost) {

  public double perplexity() {
    return Math.exp(loss.mean());
  }

  /** By how much the dense perplexity is multiplied. */
  public double perplexityRatio() {
    return Math.exp(lossGain.mean());
  }
}
