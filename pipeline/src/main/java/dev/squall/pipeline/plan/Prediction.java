package dev.squall.pipeline.plan;

/**
 * What a stage is expected to cost on a device, in seconds.
 *
 * @param launch starting the kernels
 * @param transfer moving what is not on the device yet, there and back
 * @param compute the kernels themselves
 */
public record Prediction(double launch, double transfer, double compute, Basis basis) {

  /** What a prediction rests on. */
  public enum Basis {
    /** Rates in the device's profile. */
    PROFILE,
    /** Recorded times of the same kernel, variant, device and sizes. */
    HISTORY
  }

  public double total() {
    return launch + transfer + compute;
  }
}
