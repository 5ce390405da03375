package dev.squall.pipeline.plan;

import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import java.util.Optional;

/**
 * A variant on a device, for one stage.
 *
 * @param prediction its cost; empty if it is refused
 * @param refusal why it cannot run; empty if it can
 */
public record Candidate(
    Device device, Variant variant, Optional<Prediction> prediction, Optional<String> refusal) {

  static Candidate possible(Device device, Variant variant, Prediction prediction) {
    return new Candidate(device, variant, Optional.of(prediction), Optional.empty());
  }

  static Candidate refused(Device device, Variant variant, String reason) {
    return new Candidate(device, variant, Optional.empty(), Optional.of(reason));
  }

  Candidate withTransfer(double seconds) {
    return new Candidate(
        device, variant, prediction.map(each -> each.withTransfer(seconds)), refusal);
  }

  /** Expected seconds; infinite if refused. */
  public double seconds() {
    return prediction.map(Prediction::total).orElse(Double.POSITIVE_INFINITY);
  }

  /** For example {@code simd on host}. */
  public String label() {
    return variant.name() + " on " + device.id();
  }
}
