package dev.squall.pipeline.model.bert;

import dev.squall.kernels.host.MatrixTile;

/** Full self-attention of one text, all heads, on the three projections of its tokens. */
final class Attention {
  private final BertConfig config;
  private final float[] keys;
  private final float[] values;
  private final float[] scores;
  private final float[] mixed;

  /** Scratch for texts of at most {@code tokens}. */
  Attention(BertConfig config, int tokens) {
    this.config = config;
    int padded = MatrixTile.padded(tokens);
    keys = new float[padded * config.headWidth()];
    values = new float[tokens * MatrixTile.padded(config.headWidth())];
    scores = new float[tokens * padded];
    mixed = new float[tokens * MatrixTile.padded(config.headWidth())];
  }

  /**
   * @param q [tokens][stride], as are k, v and the result
   */
  void apply(float[] q, float[] k, float[] v, int stride, int tokens, float[] out) {
    for (int head = 0; head < config.heads(); head++) {
      int at = head * config.headWidth();
      pack(k, v, at, stride, tokens);
      weigh(q, at, stride, tokens);
      mix(at, stride, tokens, out);
    }
  }

  /** Keys as panels of tokens [panel][head width][COLUMNS], values as panels of their width. */
  private void pack(float[] k, float[] v, int at, int stride, int tokens) {
    int columns = MatrixTile.COLUMNS;
    int width = config.headWidth();
    for (int token = 0; token < tokens; token++) {
      int panel = token / columns * width * columns + token % columns;
      for (int i = 0; i < width; i++) {
        keys[panel + i * columns] = k[token * stride + at + i];
        values[i / columns * tokens * columns + token * columns + i % columns] =
            v[token * stride + at + i];
      }
    }
  }

  private void weigh(float[] q, int at, int stride, int tokens) {
    int columns = MatrixTile.COLUMNS;
    int width = config.headWidth();
    int padded = MatrixTile.padded(tokens);
    for (int first = 0; first < tokens; first += columns) {
      MatrixTile.multiply(
          q,
          at,
          stride,
          keys,
          first * width,
          columns,
          scores,
          first,
          padded,
          tokens,
          width,
          null,
          0);
    }
    float scale = (float) (1 / Math.sqrt(width));
    for (int row = 0; row < tokens; row++) {
      softmax(row * padded, tokens, scale);
    }
  }

  private void softmax(int at, int tokens, float scale) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = at; i < at + tokens; i++) {
      largest = Math.max(largest, scores[i]);
    }
    float sum = 0;
    for (int i = at; i < at + tokens; i++) {
      scores[i] = (float) Math.exp(scale * (scores[i] - largest));
      sum += scores[i];
    }
    for (int i = at; i < at + tokens; i++) {
      scores[i] /= sum;
    }
  }

  private void mix(int at, int stride, int tokens, float[] out) {
    int columns = MatrixTile.COLUMNS;
    int width = config.headWidth();
    int padded = MatrixTile.padded(width);
    for (int first = 0; first < width; first += columns) {
      MatrixTile.multiply(
          scores,
          0,
          MatrixTile.padded(tokens),
          values,
          first * tokens,
          columns,
          mixed,
          first,
          padded,
          tokens,
          tokens,
          null,
          0);
    }
    for (int token = 0; token < tokens; token++) {
      System.arraycopy(mixed, token * padded, out, token * stride + at, width);
    }
  }
}
