package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.model.attention.AttentionTensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Keys and values of all layers and the tokens so far, in single precision. */
public final class KeyValueCache {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final DecoderShape shape;
  private final int capacity;

  /** [layer][key head][capacity][head size] */
  private final float[][] keys;

  private final float[][] values;
  private int tokens;

  /**
   * @param capacity most tokens
   * @throws SquallException OUT_OF_MEMORY if they do not fit
   */
  public KeyValueCache(DecoderShape shape, int capacity) {
    this.shape = shape;
    this.capacity = capacity;
    long floats = (long) shape.keyFeatures() * capacity;
    try {
      this.keys = new float[shape.layers()][Math.toIntExact(floats)];
      this.values = new float[shape.layers()][Math.toIntExact(floats)];
    } catch (OutOfMemoryError | ArithmeticException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "keys and values of %d tokens need %d bytes; take fewer tokens or raise -Xmx"
              .formatted(capacity, 8 * floats * shape.layers()),
          e);
    }
  }

  /** Tokens that all layers hold; a token that is being computed is not counted yet. */
  public int tokens() {
    return tokens;
  }

  DecoderShape shape() {
    return shape;
  }

  int capacity() {
    return capacity;
  }

  /** Takes a prompt's keys and values of one layer. */
  void store(int layer, AttentionTensors tensors) {
    int prompt = tensors.shape().tokens();
    int size = shape.headSize();
    for (int head = 0; head < shape.keyHeads(); head++) {
      long from = 4L * head * prompt * size;
      int to = at(head, 0);
      MemorySegment.copy(tensors.k().data(), F32, from, keys[layer], to, prompt * size);
      MemorySegment.copy(tensors.v().data(), F32, from, values[layer], to, prompt * size);
    }
    tokens = prompt;
  }

  /** Gives the keys and values of the first tokens of one layer, which {@link #store} took. */
  void load(int layer, int count, AttentionTensors tensors) {
    int all = tensors.shape().tokens();
    int size = shape.headSize();
    for (int head = 0; head < shape.keyHeads(); head++) {
      long to = 4L * head * all * size;
      int from = at(head, 0);
      MemorySegment.copy(keys[layer], from, tensors.k().data(), F32, to, count * size);
      MemorySegment.copy(values[layer], from, tensors.v().data(), F32, to, count * size);
    }
  }

  /** Takes the keys and values of the next token, all key heads after one another. */
  void append(int layer, float[] features, int keysAt, int valuesAt) {
    int size = shape.headSize();
    for (int head = 0; head < shape.keyHeads(); head++) {
      int to = at(head, tokens);
      System.arraycopy(features, keysAt + head * size, keys[layer], to, size);
      System.arraycopy(features, valuesAt + head * size, values[layer], to, size);
    }
  }

  /** Counts the token whose keys and values all layers have taken. */
  void advance() {
    tokens++;
  }

  /** Forgets all tokens from {@code tokens} on. */
  void rewind(int tokens) {
    this.tokens = tokens;
  }

  /** Keys of a layer; see {@link #at}. */
  public float[] keys(int layer) {
    return keys[layer];
  }

  /** Values of a layer; see {@link #at}. */
  public float[] values(int layer) {
    return values[layer];
  }

  /** Where the features of a token of a key head begin. */
  public int at(int keyHead, int token) {
    return (keyHead * capacity + token) * shape.headSize();
  }
}
