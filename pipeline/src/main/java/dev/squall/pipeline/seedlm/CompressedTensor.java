package dev.squall.pipeline.seedlm;

import dev.squall.kernels.seedlm.SeedTensor;
import dev.squall.kernels.tensor.ElementType;

/**
 * A compressed tensor of a model.
 *
 * @param type element type that the tensor had
 * @param error √(Σ (w − ŵ)² / Σ w²) when it was compressed
 * @param source checksum of the tensor's bytes before
 */
public record CompressedTensor(SeedTensor seeds, ElementType type, double error, String source) {}
