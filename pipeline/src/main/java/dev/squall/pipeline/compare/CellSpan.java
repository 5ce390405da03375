package dev.squall.pipeline.compare;

/**
 * A stage of a line: when it ran in the last run, and when it should have. Nanoseconds from the
 * line's begin.
 *
 * @param device engine and id of the device that ran it
 * @param plannedDevice engine and id of the device that was to run it
 */
public record CellSpan(
    String stage,
    String device,
    String variant,
    double startNs,
    double endNs,
    String plannedDevice,
    double plannedStartNs,
    double plannedEndNs) {}
