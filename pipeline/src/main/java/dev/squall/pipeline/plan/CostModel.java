package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;

/** Predicts what a stage costs. */
public interface CostModel {
  /**
   * @param transferBytes bytes that must move to and from the device
   */
  Prediction predict(Stage stage, Variant variant, Device device, long transferBytes);
}
