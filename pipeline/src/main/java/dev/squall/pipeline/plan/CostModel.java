package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.graph.Stage;

/** Predicts what stages and copies cost. */
public interface CostModel {
  /** Seconds until a device's process is there and the device open, where nothing is known. */
  double OPEN_SECONDS = 1;

  /** A stage without transfers, which depend on where the other stages go. */
  Prediction predict(Stage stage, Variant variant, Device device);

  /**
   * The same in a line, where a stage finds caches and threads as the stages around it left them.
   *
   * @param line see {@link Measured#line}
   */
  default Prediction predict(Stage stage, Variant variant, Device device, String line) {
    return predict(stage, variant, device);
  }

  /** Another number whenever a prediction may have changed. */
  default long version() {
    return 0;
  }

  default Bus bus(Device device) {
    return Bus.of(device);
  }

  /** Seconds until a device can take its first stage. */
  default double openSeconds(Device device) {
    return device.traits().host() ? 0 : OPEN_SECONDS;
  }
}
