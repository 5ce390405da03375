package dev.squall.pipeline.model.mamba;

import dev.squall.kernels.ouromamba.RowWeights;
import java.util.Map;

/**
 * A model with quantised dense layers in its blocks.
 *
 * @param exact the rest of it: embedding, norms, convolutions, biases, A, D, head; its dense layers
 *     in blocks are not used
 * @param weights by name of the layer
 * @param scales of the inputs of each layer, by its name; u of a block's scan is the input of its
 *     layer {@code select}
 * @param calibration what the scales were calibrated with
 */
record QuantizedModel(
    SegmentModel exact,
    QuantSettings settings,
    Map<String, RowWeights> weights,
    Map<String, SiteScales> scales,
    String calibration) {
  QuantizedModel {
    weights = Map.copyOf(weights);
    scales = Map.copyOf(scales);
  }
}
