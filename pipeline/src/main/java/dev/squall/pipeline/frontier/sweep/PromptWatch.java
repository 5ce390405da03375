package dev.squall.pipeline.frontier.sweep;

import dev.squall.pipeline.model.attention.AttentionOutcome;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.decoder.DecodeKeys;
import dev.squall.pipeline.model.decoder.DecoderShape;
import dev.squall.pipeline.model.decoder.PrefillObserver;
import java.util.Collection;

/** Shows a prompt to methods of decoding, but for layers that have a window of the model's own. */
record PromptWatch(DecoderShape shape, Collection<? extends DecodeKeys> keys)
    implements PrefillObserver {
  @Override
  public void attended(int layer, AttentionTensors tensors, AttentionOutcome outcome) {
    if (!shape.windowed(layer)) {
      keys.forEach(it -> it.prompt(layer, tensors));
    }
  }
}
