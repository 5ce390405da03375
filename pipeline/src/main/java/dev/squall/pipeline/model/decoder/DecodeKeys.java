package dev.squall.pipeline.model.decoder;

import dev.squall.pipeline.model.attention.AttentionTensors;

/**
 * Which cached keys a generated token attends to: all, or what a method of decoding picks (pages by
 * their bounds, tokens that the prompt's last queries looked at). The attention itself is the same.
 */
public interface DecodeKeys {
  /** As users name it. */
  String name();

  /**
   * Looks at one layer of the prompt, after its attention; the tensors are the next layer's too.
   */
  default void prompt(int layer, AttentionTensors tensors) {}

  /**
   * Looks at the queries of a token before its heads are asked for their keys.
   *
   * @param queries features of all heads after one another, without the factor of the dot products
   * @param cache keys of tokens 0 to {@code keys} − 1
   */
  default void token(int layer, float[] queries, KeyValueCache cache, int keys) {}

  /**
   * Writes the runs of keys that a head sees to {@code runs} as pairs (first key, last key + 1),
   * ascending and without overlap, and answers how many. At least one key must be seen. Heads are
   * asked from several threads.
   *
   * @param query the head's query, times the factor of the dot products
   * @param cache keys of tokens 0 to {@code keys} − 1
   * @param keys how many there are, the query's own included
   */
  int runs(int layer, int head, float[] query, KeyValueCache cache, int keys, int[] runs);

  /** Most runs among {@code keys} keys. */
  int maxRuns(int keys);

  /** All keys. */
  static DecodeKeys dense() {
    return new LastKeys("dense", Integer.MAX_VALUE);
  }

  /** The last {@code window} keys. */
  static DecodeKeys last(int window) {
    return new LastKeys("window", window);
  }
}
