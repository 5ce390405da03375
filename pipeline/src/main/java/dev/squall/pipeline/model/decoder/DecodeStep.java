package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.RowProduct;
import java.util.List;

/** The forward pass of one token behind those of a cache. For one caller at a time. */
final class DecodeStep {
  private final Decoder decoder;
  private final DecoderShape shape;
  private final KeyValueCache cache;
  private final DecodeKeys keys;
  private final HostThreads threads;
  private final Embedding embedding;
  private final Rotation globalRotation;
  private final Rotation localRotation;
  private final float[] residual;
  private final float[] normed;
  private final float[] added;
  private final float[] qkv;
  private final float[] attended;
  private final float[] gated;
  private final float[] logits;

  DecodeStep(Decoder decoder, KeyValueCache cache, DecodeKeys keys, HostThreads threads) {
    this.decoder = decoder;
    this.shape = decoder.shape();
    this.cache = cache;
    this.keys = keys;
    this.threads = threads;
    this.embedding = new Embedding(decoder);
    this.globalRotation = new Rotation(shape.pairing(), shape.headSize(), shape.base());
    this.localRotation = new Rotation(shape.pairing(), shape.headSize(), shape.localBase());
    this.residual = new float[shape.width()];
    this.normed = new float[shape.width()];
    this.added = new float[shape.width()];
    this.qkv = new float[shape.queryFeatures() + 2 * shape.keyFeatures()];
    this.attended = new float[shape.queryFeatures()];
    this.gated = new float[2 * shape.hidden()];
    this.logits = new float[shape.vocabulary()];
  }

  /** The logits of the token that follows {@code token}, valid until the next call. */
  float[] next(int token) {
    embedding.token(token, residual);
    for (int layer = 0; layer < shape.layers(); layer++) {
      LayerWeights weights = decoder.weights().layers().get(layer);
      attention(layer, weights);
      feedForward(weights);
    }
    cache.advance();
    RmsNorm.token(residual, 0, decoder.weights().norm(), shape.epsilon(), normed, 0);
    RowProduct.multiply(decoder.weights().output(), normed, logits, threads);
    return logits;
  }

  private void attention(int layer, LayerWeights weights) {
    int keysAt = shape.queryFeatures();
    int valuesAt = keysAt + shape.keyFeatures();
    RmsNorm.token(residual, 0, weights.attentionNorm(), shape.epsilon(), normed, 0);
    RowProduct.multiply(
        List.of(weights.query(), weights.key(), weights.value()), normed, qkv, threads);
    turn(weights, shape.windowed(layer) ? localRotation : globalRotation);
    cache.append(layer, qkv, keysAt, valuesAt);
    // A window is the model's own; what lies in it is not thinned out further.
    DecodeKeys seen = shape.windowed(layer) ? DecodeKeys.last(shape.window()) : keys;
    seen.token(layer, qkv, cache, cache.tokens() + 1);
    threads.forEach(
        shape.heads(),
        () -> new RowAttention(shape, cache, seen),
        (row, head) -> row.attend(layer, (int) head, qkv, attended));
    RowProduct.multiply(weights.output(), attended, added, threads);
    add(weights.afterNorms().map(LayerWeights.AfterNorms::attention).orElse(null));
  }

  /** Normalises and turns queries and keys. */
  private void turn(LayerWeights weights, Rotation rotation) {
    for (int head = 0; head < shape.heads() + shape.keyHeads(); head++) {
      int at = head * shape.headSize();
      if (weights.headNorms().isPresent()) {
        LayerWeights.HeadNorms norms = weights.headNorms().get();
        float[] norm = head < shape.heads() ? norms.query() : norms.key();
        RmsNorm.token(qkv, at, norm, shape.epsilon(), qkv, at);
      }
      rotation.token(qkv, at, cache.tokens());
    }
  }

  private void feedForward(LayerWeights weights) {
    RmsNorm.token(residual, 0, weights.feedNorm(), shape.epsilon(), normed, 0);
    RowProduct.multiply(List.of(weights.gate(), weights.up()), normed, gated, threads);
    shape.gate().apply(gated, 0, shape.hidden(), shape.hidden());
    RowProduct.multiply(weights.down(), gated, added, threads);
    add(weights.afterNorms().map(LayerWeights.AfterNorms::feed).orElse(null));
  }

  private void add(float[] afterNorm) {
    if (afterNorm != null) {
      RmsNorm.token(added, 0, afterNorm, shape.epsilon(), added, 0);
    }
    for (int i = 0; i < residual.length; i++) {
      residual[i] += added[i];
    }
  }
}
