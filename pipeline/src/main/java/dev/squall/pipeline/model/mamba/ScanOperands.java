package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;

/**
 * What a block's scan reads; both directions read the same.
 *
 * @param block number of the block
 * @param u the inner channels
 * @param steps by inner channel
 * @param a [inner, states]
 * @param b [1, states, tokens]
 * @param c [1, states, tokens]
 * @param d [inner]
 * @param gate [inner, tokens]
 */
record ScanOperands(
    int block, Plane u, TimeSteps steps, Tensor a, Tensor b, Tensor c, Tensor d, Tensor gate) {
  int channels() {
    return u.channels();
  }

  int tokens() {
    return u.tokens();
  }

  int states() {
    return (int) a.dim(1);
  }
}
