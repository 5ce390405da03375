package dev.squall.pipeline.report;

import dev.squall.pipeline.model.attention.HeadFigures;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * How a text went through a decoder.
 *
 * @param method of the layers without a window
 * @param firstIds the first tokens, so that a tokenizer can be checked
 * @param seconds of all layers
 * @param attentionSeconds what the attention method took of these
 * @param scoringSeconds of the output matrix for all tokens, which a prefill does without
 * @param perplexity e to the mean of −ln p(token | tokens before it) over all tokens but the first
 * @param note what the reader must know besides
 */
public record PrefillReport(
    String model,
    String method,
    Map<String, String> parameters,
    int[] firstIds,
    int tokens,
    int threads,
    double seconds,
    double attentionSeconds,
    double scoringSeconds,
    double perplexity,
    List<Layer> layers,
    Optional<String> note) {

  /**
   * One layer's attention.
   *
   * @param windowed whether the model itself gives it a window, so that the method does not apply
   * @param density computed share of the visible pairs
   * @param recall share of the true attention weight that the method left, in double precision on
   *     sampled rows
   */
  public record Layer(int layer, boolean windowed, HeadFigures density, HeadFigures recall) {}

  public double tokensPerSecond() {
    return tokens / seconds;
  }

  /** Mean over the layers that the method applies to. */
  public double density() {
    return ofMethod(layer -> layer.density().mean()).average().orElse(Double.NaN);
  }

  public double recall() {
    return ofMethod(layer -> layer.recall().mean()).average().orElse(Double.NaN);
  }

  /** The least of a head. */
  public double lowestRecall() {
    return ofMethod(layer -> layer.recall().lowest()).min().orElse(Double.NaN);
  }

  private DoubleStream ofMethod(ToDoubleFunction<Layer> figure) {
    return layers.stream().filter(layer -> !layer.windowed()).mapToDouble(figure);
  }
}
