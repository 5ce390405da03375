package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;

/**
 * A dense layer y = W x + bias.
 *
 * @param name for messages and for the keys of quantised models
 * @param weight [outputs, inputs]
 * @param bias [outputs]
 */
record DenseLayer(String name, int inputs, int outputs, float[] weight, float[] bias) {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** The layer on every token, a panel of tokens at a time. */
  Plane apply(Plane x, HostThreads threads) {
    Plane y = Plane.of(outputs, x.tokens());
    threads.forEach(
        x.stride() / COLUMNS,
        () -> new float[inputs * COLUMNS],
        (panel, index) -> panel(x, y, panel, (int) index * COLUMNS));
    return y;
  }

  /** Rows far apart share sets of the cache: the panel is gathered first. */
  private void panel(Plane x, Plane y, float[] panel, int token) {
    for (int k = 0; k < inputs; k++) {
      System.arraycopy(x.values(), x.row(k) + token, panel, k * COLUMNS, COLUMNS);
    }
    MatrixTile.multiply(
        weight,
        0,
        inputs,
        panel,
        0,
        COLUMNS,
        y.values(),
        token,
        y.stride(),
        outputs,
        inputs,
        null,
        0);
    addBias(y, token, COLUMNS);
  }

  /** Adds the bias to {@code count} tokens. */
  void addBias(Plane y, int token, int count) {
    for (int m = 0; m < outputs; m++) {
      int at = y.row(m) + token;
      for (int i = at; i < at + count; i++) {
        y.values()[i] += bias[m];
      }
    }
  }
}
