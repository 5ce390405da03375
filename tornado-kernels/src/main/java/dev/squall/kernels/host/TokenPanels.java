package dev.squall.kernels.host;

/**
 * Activations of neighbouring tokens, transposed in panels of {@link MatrixTile#COLUMNS} tokens:
 * element (panel, feature, token of the panel). Products with weights from the left then need no
 * packing, and what happens to each token alone is done for many tokens in a vector. Columns beyond
 * the last token hold zeros or whatever was computed from them.
 *
 * @param data [panels][features][COLUMNS]
 */
public record TokenPanels(int tokens, int features, float[] data) {
  public TokenPanels(int tokens, int features) {
    this(tokens, features, new float[Math.multiplyExact(MatrixTile.padded(tokens), features)]);
  }

  public int panels() {
    return Math.ceilDiv(tokens, MatrixTile.COLUMNS);
  }

  /** Elements of a panel. */
  public int panelSize() {
    return features * MatrixTile.COLUMNS;
  }

  /** Where a feature of a panel begins. */
  public int at(int panel, int feature) {
    return (panel * features + feature) * MatrixTile.COLUMNS;
  }

  /** Tokens of a panel. */
  public int width(int panel) {
    return Math.min(MatrixTile.COLUMNS, tokens - panel * MatrixTile.COLUMNS);
  }
}
