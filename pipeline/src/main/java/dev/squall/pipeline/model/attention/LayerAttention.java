package dev.squall.pipeline.model.attention;

import dev.squall.kernels.host.HostThreads;

/** A method bound to tensors. */
@FunctionalInterface
public interface LayerAttention {
  /** Fills the tensors' o from their q, k and v. */
  AttentionOutcome attend(HostThreads threads);
}
