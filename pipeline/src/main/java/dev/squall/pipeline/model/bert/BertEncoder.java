package dev.squall.pipeline.model.bert;

import dev.squall.kernels.host.MatrixTile;
import java.util.ArrayList;
import java.util.List;

/** Tokens to vectors: embeddings, then the blocks (Devlin et al. 2019). */
final class BertEncoder {
  private final BertConfig config;
  private final int vocabulary;
  private final float[] words;
  private final float[] positions;
  private final LayerNorm norm;
  private final List<EncoderBlock> blocks = new ArrayList<>();

  /**
   * @param vocabulary rows of the word embeddings
   */
  BertEncoder(BertWeights weights, BertConfig config, int vocabulary) {
    this.config = config;
    this.vocabulary = vocabulary;
    int width = config.width();
    words = weights.values("embeddings.word_embeddings.weight", vocabulary, width);
    positions = weights.values("embeddings.position_embeddings.weight", config.positions(), width);
    float[] types = weights.values("embeddings.token_type_embeddings.weight", 2, width);
    // All tokens are of the first of two texts.
    for (int i = 0; i < positions.length; i++) {
      positions[i] += types[i % width];
    }
    norm = weights.norm("embeddings.LayerNorm", width, config.epsilon());
    for (int layer = 0; layer < config.layers(); layer++) {
      blocks.add(EncoderBlock.of(weights, config, layer));
    }
  }

  BertConfig config() {
    return config;
  }

  int vocabulary() {
    return vocabulary;
  }

  List<LinearLayer> linearLayers() {
    return blocks.stream().flatMap(block -> block.linearLayers().stream()).toList();
  }

  /** Elements between the vectors of two tokens. */
  int stride() {
    return MatrixTile.padded(config.width());
  }

  /** Scratch of one thread for texts of at most {@code tokens}. */
  EncoderBlock.Scratch scratch(int tokens) {
    return new EncoderBlock.Scratch(config, stride(), MatrixTile.padded(config.inner()), tokens);
  }

  /** [tokens][stride]: the last layer's vector of each token. */
  float[] encode(int[] ids, EncoderBlock.Scratch scratch, ActivationObserver observer) {
    int width = config.width();
    float[] x = new float[ids.length * stride()];
    for (int token = 0; token < ids.length; token++) {
      for (int i = 0; i < width; i++) {
        x[token * stride() + i] = words[ids[token] * width + i] + positions[token * width + i];
      }
    }
    norm.apply(x, stride(), ids.length);
    for (EncoderBlock block : blocks) {
      block.apply(x, ids.length, scratch, observer);
    }
    return x;
  }
}
