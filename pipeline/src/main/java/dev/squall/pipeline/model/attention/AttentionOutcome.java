package dev.squall.pipeline.model.attention;

import dev.squall.kernels.attention.KeptKeys;
import java.util.Optional;

/**
 * What a method did in one layer.
 *
 * @param density share of the visible (query, key) pairs that were computed, a head; NaN where the
 *     method does not tell
 * @param kept which they were, if the method tells; valid until the next layer
 */
public record AttentionOutcome(double[] density, Optional<KeptKeys> kept) {}
