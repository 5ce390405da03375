package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/**
 * The weights of one block that scans a plane in four directions.
 *
 * @param before norm in front of the scan
 * @param skip factor of the block's input, one a channel
 * @param in channels to inner channels and their gates, without bias
 * @param taps [inner, 9], a filter of 3 × 3 for each inner channel
 * @param tapBias [inner]
 * @param select inner channels to dt, B and C of every direction, without bias
 * @param steps for every direction dt to a time step for each inner channel, without bias
 * @param stepBias [4, inner], added before the softplus
 * @param a [4, inner, states], negative
 * @param d [4, inner]
 * @param scanned norm of the sum of the scans
 * @param out inner channels to channels, without bias
 * @param after norm in front of the attention without parameters
 * @param secondSkip factor of what the scan gave, one a channel
 */
record PlaneBlock(
    LayerNorm before,
    float[] skip,
    DenseLayer in,
    float[] taps,
    float[] tapBias,
    DenseLayer select,
    List<DenseLayer> steps,
    Tensor stepBias,
    Tensor a,
    Tensor d,
    LayerNorm scanned,
    DenseLayer out,
    LayerNorm after,
    float[] secondSkip) {
  static final int DIRECTIONS = 4;

  PlaneBlock {
    steps = List.copyOf(steps);
  }

  int inner() {
    return out.inputs();
  }

  int states() {
    return (int) a.dim(2);
  }

  int stepRank() {
    return steps.getFirst().inputs();
  }

  /** The row of {@code select}'s outputs at which dt of a direction begins; B and C follow. */
  int selected(int direction) {
    return direction * (stepRank() + 2 * states());
  }
}
