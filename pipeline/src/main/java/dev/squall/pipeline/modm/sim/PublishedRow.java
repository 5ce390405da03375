package dev.squall.pipeline.modm.sim;

/**
 * A published figure beside the simulated one.
 *
 * @param set whether an assumption of the simulation was chosen with this very figure in mind, so
 *     that agreement says nothing
 * @param cause what a difference most likely comes from
 */
public record PublishedRow(
    String metric, double published, double simulated, String unit, boolean set, String cause) {
  /** Relative difference. */
  public double difference() {
    return simulated / published - 1;
  }
}
