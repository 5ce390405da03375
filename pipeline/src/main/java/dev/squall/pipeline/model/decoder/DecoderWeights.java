package dev.squall.pipeline.model.decoder;

import dev.squall.kernels.host.QuantizedMatrix;
import java.util.List;

/**
 * The weights of a decoder, as views of its file.
 *
 * @param embedding a row a token
 * @param output a row a token; the embedding's own where the two are tied
 */
record DecoderWeights(
    QuantizedMatrix embedding, List<LayerWeights> layers, float[] norm, QuantizedMatrix output) {}
