package dev.squall.pipeline.model.decoder;

import dev.squall.pipeline.model.attention.AttentionOutcome;
import dev.squall.pipeline.model.attention.AttentionTensors;

/** Looks at layers as they are computed; its time is not counted as the prefill's. */
@FunctionalInterface
public interface PrefillObserver {
  /** The attention of {@code layer} is done; the tensors are the next layer's too. */
  void attended(int layer, AttentionTensors tensors, AttentionOutcome outcome);

  /** Looks at the layers without a window alone, to which a method of attention applies. */
  static PrefillObserver ofGlobalLayers(DecoderShape shape, PrefillObserver observer) {
    return (layer, tensors, outcome) -> {
      if (!shape.windowed(layer)) {
        observer.attended(layer, tensors, outcome);
      }
    };
  }

  static PrefillObserver none() {
    return (layer, tensors, outcome) -> {};
  }
}
