package dev.squall.pipeline.doctor;

import java.util.Optional;

/**
 * One kernel by one variant on one device with one set of inputs.
 *
 * @param inputs what inputs, in words
 * @param outcome PASSED, WRONG, MISTRUSTED or CAPTURED from the comparison, or the class of the
 *     failure: COMPILE, LAUNCH, TIMEOUT, DEVICE_LOST, …
 * @param detail the first difference or the failure; empty if all is well
 * @param maxError largest absolute difference, if something was compared
 */
public record Trial(
    String kernel,
    String variant,
    String device,
    String inputs,
    String outcome,
    String detail,
    Optional<Double> maxError) {

  /** Whether nothing speaks against the device; one that captures computes nothing. */
  public boolean good() {
    return outcome.equals("PASSED") || outcome.equals("CAPTURED");
  }
}
