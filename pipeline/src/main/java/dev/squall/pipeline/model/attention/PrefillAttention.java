package dev.squall.pipeline.model.attention;

import java.util.Map;

/** A method by which the queries of a prompt attend to its keys. */
public interface PrefillAttention {
  /** As users name it. */
  String name();

  /** Its settings, for reports. */
  Map<String, String> parameters();

  /**
   * What a layer is given; itself unless layers have settings of their own. The same object is
   * bound once for consecutive layers.
   */
  default PrefillAttention ofLayer(int layer) {
    return this;
  }

  /**
   * Binds the method to tensors that each layer fills anew.
   *
   * @throws dev.squall.kernels.error.SquallException INVALID_INPUT if they and the settings do not
   *     fit
   */
  LayerAttention bind(AttentionTensors tensors);
}
