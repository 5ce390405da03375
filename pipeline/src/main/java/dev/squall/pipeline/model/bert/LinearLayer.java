package dev.squall.pipeline.model.bert;

import dev.squall.kernels.host.MatrixTile;

/**
 * y = x · Wᵀ + bias, weights packed into panels of outputs once.
 *
 * @param name of the layer in the model
 * @param panels [panel][input][{@link MatrixTile#COLUMNS}]
 */
record LinearLayer(String name, float[] panels, float[] bias, int outputs, int inputs) {
  /**
   * @param weight [outputs][inputs]
   */
  static LinearLayer of(String name, float[] weight, float[] bias, int outputs, int inputs) {
    int columns = MatrixTile.COLUMNS;
    float[] panels = new float[MatrixTile.padded(outputs) * inputs];
    for (int output = 0; output < outputs; output++) {
      int at = output / columns * inputs * columns + output % columns;
      for (int input = 0; input < inputs; input++) {
        panels[at + input * columns] = weight[output * inputs + input];
      }
    }
    return new LinearLayer(name, panels, bias, outputs, inputs);
  }

  /** Elements between rows of y. */
  int stride() {
    return MatrixTile.padded(outputs);
  }

  /**
   * @param x [rows][xStride], the inputs first in each row
   * @param y [rows][{@link #stride}]; what lies beyond the outputs is not defined
   */
  void apply(float[] x, int xStride, int rows, float[] y) {
    int columns = MatrixTile.COLUMNS;
    for (int first = 0; first < outputs; first += columns) {
      MatrixTile.multiply(
          x,
          0,
          xStride,
          panels,
          first * inputs,
          columns,
          y,
          first,
          stride(),
          rows,
          inputs,
          null,
          0);
    }
    for (int row = 0; row < rows; row++) {
      int at = row * stride();
      for (int output = 0; output < outputs; output++) {
        y[at + output] += bias[output];
      }
    }
  }
}
