package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.RowDecoder;
import dev.squall.kernels.host.TokenPanels;

/** Looks up embeddings. For one thread. */
final class Embedding {
  private final RowDecoder decoder;
  private final float scale;
  private final float[] row;

  Embedding(Decoder decoder) {
    this.decoder = decoder.weights().embedding().decoder();
    this.scale = decoder.shape().embeddingScale();
    this.row = new float[decoder.shape().width()];
  }

  /** The embeddings of the tokens of one panel. */
  void panel(int[] prompt, TokenPanels to, int panel) {
    int first = panel * MatrixTile.COLUMNS;
    int at = to.at(panel, 0);
    for (int column = 0; column < to.width(panel); column++) {
      token(prompt[first + column], row);
      for (int feature = 0; feature < row.length; feature++) {
        to.data()[at + feature * MatrixTile.COLUMNS + column] = row[feature];
      }
    }
  }

  /** The embedding of one token. */
  void token(int token, float[] to) {
    decoder.row(token, to, 0);
    if (scale != 1) {
      for (int feature = 0; feature < to.length; feature++) {
        to[feature] *= scale;
      }
    }
  }
}
