package dev.squall.pipeline.model.bert;

/** Sees the inputs of the linear layers as texts pass; called by several threads at once. */
@FunctionalInterface
public interface ActivationObserver {
  ActivationObserver NONE = (layer, x, stride, inputs, tokens) -> {};

  /**
   * @param layer the layer's name in the model, without {@code .weight}
   * @param x [tokens][stride], valid during the call; what lies beyond the inputs in a row means
   *     nothing
   */
  void see(String layer, float[] x, int stride, int inputs, int tokens);
}
