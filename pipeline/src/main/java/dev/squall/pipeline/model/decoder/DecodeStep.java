package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.RowProduct;

/** The forward pass of one token behind those of a cache. For one caller at a time. */
final class DecodeStep {
  private final Decoder decoder;
  private final DecoderShape shape;
  private final KeyValueCache cache;
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

  DecodeStep(Decoder decoder, KeyValueCache cache, HostThreads threads) {
    this.decoder = decoder;
    this.shape = decoder.shape();
    this.cache = cache;
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
    RowProduct.multiply(decoder.weights().output(), normed, logits, 0, threads);
    return logits;
  }

  private void attention(int layer, LayerWeights weights) {
    int keys = shape.queryFeatures();
    int values = keys + shape.keyFeatures();
    RmsNorm.token(residual, 0, weights.attentionNorm(), shape.epsilon(), normed, 0);
    RowProduct.multiply(weights.query(), normed, qkv, 0, threads);
    RowProduct.multiply(weights.key(), normed, qkv, keys, threads);
    RowProduct.multiply(weights.value(), normed, qkv, values, threads);
    turn(weights, shape.windowed(layer) ? localRotation : globalRotation);
    cache.append(layer, qkv, keys, qkv, values);
    int end = cache.tokens() + 1;
    int first = shape.windowed(layer) ? Math.max(0, end - shape.window()) : 0;
    threads.forEach(
        shape.heads(),
        () -> new RowAttention(shape, end - first),
        (row, head) -> row.attend(cache, layer, qkv, (int) head, first, attended));
    RowProduct.multiply(weights.output(), attended, added, 0, threads);
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
    RowProduct.multiply(weights.gate(), normed, gated, 0, threads);
    RowProduct.multiply(weights.up(), normed, gated, shape.hidden(), threads);
    shape.gate().apply(gated, 0, shape.hidden(), shape.hidden());
    RowProduct.multiply(weights.down(), gated, added, 0, threads);
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
