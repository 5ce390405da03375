package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.QuantizedMatrix;
import java.util.Optional;

/**
 * The weights of one layer.
 *
 * @param attentionNorm in front of attention
 * @param headNorms of queries and keys, head by head
 * @param afterNorms of what attention and the feed-forward part add
 * @param feedNorm in front of the feed-forward part
 */
record LayerWeights(
    float[] attentionNorm,
    QuantizedMatrix query,
    QuantizedMatrix key,
    QuantizedMatrix value,
    Optional<HeadNorms> headNorms,
    QuantizedMatrix output,
    float[] feedNorm,
    QuantizedMatrix gate,
    QuantizedMatrix up,
    QuantizedMatrix down,
    Optional<AfterNorms> afterNorms) {

  record HeadNorms(float[] query, float[] key) {}

  record AfterNorms(float[] attention, float[] feed) {}
}
