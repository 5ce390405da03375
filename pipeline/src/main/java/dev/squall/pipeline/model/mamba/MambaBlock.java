package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;

/**
 * The weights of one block.
 *
 * @param in channels to inner channels and their gates
 * @param conv [inner, 4], a filter for each channel
 * @param select inner channels to dt, B and C
 * @param step dt to a time step for each inner channel
 * @param a [inner, states], negative
 * @param d [inner]
 * @param out inner channels to channels
 */
record MambaBlock(
    LayerNorm norm,
    DenseLayer in,
    Tensor conv,
    Tensor convBias,
    DenseLayer select,
    DenseLayer step,
    Tensor a,
    Tensor d,
    DenseLayer out) {

  int inner() {
    return out.inputs();
  }

  int states() {
    return (int) a.dim(1);
  }

  int stepRank() {
    return step.inputs();
  }
}
