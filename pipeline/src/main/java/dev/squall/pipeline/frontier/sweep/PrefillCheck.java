package dev.squall.pipeline.frontier.sweep;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.pipeline.model.attention.AttentionTensors;
import dev.squall.pipeline.model.attention.PrefillAttention;
import dev.squall.pipeline.model.decoder.DecoderShape;

/** Tries a method's parameters on a prompt of one token. */
final class PrefillCheck {
  private PrefillCheck() {}

  /** INVALID_INPUT if the method does not take its parameters. */
  static void bind(PrefillAttention attention, DecoderShape shape) {
    float scale = (float) (1 / Math.sqrt(shape.headSize()));
    attention.bind(
        AttentionTensors.allocate(
            new AttentionShape(shape.heads(), shape.keyHeads(), 1, shape.headSize(), true, scale)));
  }
}
