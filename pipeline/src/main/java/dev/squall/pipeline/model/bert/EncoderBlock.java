package dev.squall.pipeline.model.bert;

import java.util.List;

/** One layer of the encoder: attention, then a feed-forward network, each added and normalised. */
record EncoderBlock(
    LinearLayer query,
    LinearLayer key,
    LinearLayer value,
    LinearLayer output,
    LayerNorm attentionNorm,
    LinearLayer expand,
    LinearLayer contract,
    LayerNorm finalNorm) {

  static EncoderBlock of(BertWeights weights, BertConfig config, int layer) {
    String name = "encoder.layer." + layer + ".";
    int width = config.width();
    return new EncoderBlock(
        weights.linear(name + "attention.self.query", width, width),
        weights.linear(name + "attention.self.key", width, width),
        weights.linear(name + "attention.self.value", width, width),
        weights.linear(name + "attention.output.dense", width, width),
        weights.norm(name + "attention.output.LayerNorm", width, config.epsilon()),
        weights.linear(name + "intermediate.dense", config.inner(), width),
        weights.linear(name + "output.dense", width, config.inner()),
        weights.norm(name + "output.LayerNorm", width, config.epsilon()));
  }

  List<LinearLayer> linearLayers() {
    return List.of(query, key, value, output, expand, contract);
  }

  /** What a thread needs to take texts of at most some tokens through a block. */
  static final class Scratch {
    private final float[] q;
    private final float[] k;
    private final float[] v;
    private final float[] attended;
    private final float[] wide;
    private final Attention attention;

    Scratch(BertConfig config, int stride, int innerStride, int tokens) {
      q = new float[tokens * stride];
      k = new float[tokens * stride];
      v = new float[tokens * stride];
      attended = new float[tokens * stride];
      wide = new float[tokens * innerStride];
      attention = new Attention(config, tokens);
    }
  }

  /**
   * @param x [tokens][stride], replaced
   * @param observer sees what goes into each linear layer
   */
  void apply(float[] x, int tokens, Scratch scratch, ActivationObserver observer) {
    int stride = query.stride();
    see(observer, query, x, stride, tokens);
    see(observer, key, x, stride, tokens);
    see(observer, value, x, stride, tokens);
    query.apply(x, stride, tokens, scratch.q);
    key.apply(x, stride, tokens, scratch.k);
    value.apply(x, stride, tokens, scratch.v);
    scratch.attention.apply(scratch.q, scratch.k, scratch.v, stride, tokens, scratch.attended);
    see(observer, output, scratch.attended, stride, tokens);
    output.apply(scratch.attended, stride, tokens, scratch.q);
    add(scratch.q, x, tokens * stride);
    attentionNorm.apply(x, stride, tokens);
    see(observer, expand, x, stride, tokens);
    expand.apply(x, stride, tokens, scratch.wide);
    Gelu.apply(scratch.wide, tokens * expand.stride());
    see(observer, contract, scratch.wide, expand.stride(), tokens);
    contract.apply(scratch.wide, expand.stride(), tokens, scratch.q);
    add(scratch.q, x, tokens * stride);
    finalNorm.apply(x, stride, tokens);
  }

  private static void see(
      ActivationObserver observer, LinearLayer layer, float[] x, int stride, int tokens) {
    observer.see(layer.name(), x, stride, layer.inputs(), tokens);
  }

  private static void add(float[] more, float[] to, int count) {
    for (int i = 0; i < count; i++) {
      to[i] += more[i];
    }
  }
}
