package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.RowProduct;
import dev.squall.kernels.host.TokenPanels;
import dev.squall.pipeline.model.attention.PrefillAttention;
import java.util.function.IntPredicate;

/**
 * Continues a prompt: prefill by any attention method, then token by token over cached keys and
 * values.
 *
 * @param tokens generated, the one that ends the text included
 * @param prefill how the prompt went
 * @param seconds of all tokens behind the first
 */
public record Generation(int tokens, PrefillResult prefill, double seconds) {

  /**
   * @param attention of the prompt
   * @param keys which of them generated tokens attend to
   * @param most tokens to generate at most; the context bounds them too
   * @param taken is given each token but one that ends the text; answers whether to go on
   * @throws dev.squall.kernels.error.SquallException INVALID_INPUT for a prompt that does not fit
   *     the context, OUT_OF_MEMORY for one whose keys and values do not fit memory
   */
  public static Generation run(
      Decoder decoder,
      int[] prompt,
      PrefillAttention attention,
      DecodeKeys keys,
      Sampler sampler,
      int most,
      IntPredicate taken,
      HostThreads threads) {
    Prefill.requireFits(decoder.shape(), prompt.length);
    int capacity = (int) Math.min(decoder.shape().context(), (long) prompt.length + most);
    KeyValueCache cache = new KeyValueCache(decoder.shape(), capacity);
    PrefillResult prefill =
        Prefill.run(
            decoder,
            prompt,
            attention,
            cache,
            PrefillObserver.ofGlobalLayers(
                decoder.shape(), (layer, tensors, outcome) -> keys.prompt(layer, tensors)),
            threads);
    DecodeStep step = new DecodeStep(decoder, cache, keys, threads);
    float[] logits = lastLogits(decoder, prefill.hidden(), threads);
    long start = System.nanoTime();
    int count = 0;
    while (count < most) {
      int token = sampler.choose(logits);
      count++;
      boolean goOn = !decoder.tokenizer().ends(token) && taken.test(token);
      if (!goOn || count == most || cache.tokens() == cache.capacity()) {
        break;
      }
      logits = step.next(token);
    }
    return new Generation(count, prefill, (System.nanoTime() - start) * 1e-9);
  }

  /** The logits behind the last token of a prompt. */
  static float[] lastLogits(Decoder decoder, TokenPanels hidden, HostThreads threads) {
    float[] last = new float[decoder.shape().width()];
    int panel = hidden.panels() - 1;
    int column = hidden.width(panel) - 1;
    for (int feature = 0; feature < last.length; feature++) {
      last[feature] = hidden.data()[hidden.at(panel, feature) + column];
    }
    float[] logits = new float[decoder.shape().vocabulary()];
    RowProduct.multiply(decoder.weights().output(), last, logits, threads);
    return logits;
  }

  public double tokensPerSecond() {
    return tokens > 1 ? (tokens - 1) / seconds : 0;
  }
}
