package dev.squall.pipeline.report;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    List<Layer> layers) {

  /**
   * One layer's attention.
   *
   * @param windowed whether the model itself gives it a window, so that the method does not apply
   * @param density computed share of the visible pairs, a head; NaN where the method does not tell
   * @param recall share of the true attention weight that the method left, in double precision on
   *     sampled rows, a head; NaN where it is not known
   */
  public record Layer(int layer, boolean windowed, double[] density, double[] recall) {}

  public double tokensPerSecond() {
    return tokens / seconds;
  }

  /** Mean over the heads of the layers that the method applies to. */
  public double density() {
    return ofMethod(Layer::density).average().orElse(Double.NaN);
  }

  public double recall() {
    return ofMethod(Layer::recall).average().orElse(Double.NaN);
  }

  public double lowestRecall() {
    return ofMethod(Layer::recall).min().orElse(Double.NaN);
  }

  private DoubleStream ofMethod(Function<Layer, double[]> figures) {
    return layers.stream()
        .filter(layer -> !layer.windowed())
        .flatMapToDouble(layer -> Arrays.stream(figures.apply(layer)));
  }
}
