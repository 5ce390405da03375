package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.model.attention.PrefillAttention;

/**
 * A prompt whose keys and values are kept, to be continued token by token more than once, each time
 * with other keys in view. For one caller at a time.
 */
public final class Continuation {
  private final Decoder decoder;
  private final KeyValueCache cache;
  private final HostThreads threads;
  private final PrefillResult prefill;
  private final float[] promptLogits;
  private DecodeStep step;

  private Continuation(
      Decoder decoder, KeyValueCache cache, PrefillResult prefill, HostThreads threads) {
    this.decoder = decoder;
    this.cache = cache;
    this.threads = threads;
    this.prefill = prefill;
    this.promptLogits = Generation.lastLogits(decoder, prefill.hidden(), threads);
    restart(DecodeKeys.dense());
  }

  /**
   * Runs the prompt.
   *
   * @param more tokens that a continuation may have at most
   * @throws SquallException INVALID_INPUT if both exceed the model's context, OUT_OF_MEMORY if
   *     their keys and values do not fit memory
   */
  public static Continuation of(
      Decoder decoder,
      int[] prompt,
      PrefillAttention attention,
      int more,
      PrefillObserver observer,
      HostThreads threads) {
    Prefill.requireFits(decoder.shape(), Math.addExact(prompt.length, more));
    KeyValueCache cache = new KeyValueCache(decoder.shape(), prompt.length + more);
    PrefillResult prefill = Prefill.run(decoder, prompt, attention, cache, observer, threads);
    return new Continuation(decoder, cache, prefill, threads);
  }

  public PrefillResult prefill() {
    return prefill;
  }

  /** The logits of the first token behind the prompt. */
  public float[] promptLogits() {
    return promptLogits;
  }

  /** Forgets what followed the prompt; the next tokens see {@code keys}. */
  public void restart(DecodeKeys keys) {
    cache.rewind(prefill.tokens());
    step = new DecodeStep(decoder, cache, keys, threads);
  }

  /** The logits behind {@code token}, which follows all before it; valid until the next call. */
  public float[] next(int token) {
    if (cache.tokens() == cache.capacity()) {
      throw new IllegalStateException("the continuation is longer than was announced");
    }
    return step.next(token);
  }
}
