package dev.squall.pipeline.compare;

/**
 * The work of a cell and how quickly it was done; NaN (null in files) where that is not known.
 *
 * @param flops arithmetic operations of a run
 * @param bytes that a run must read or write at least
 * @param gflops operations over the median time, GFLOP/s
 * @param gbs bytes over the median time, GB/s
 * @param peakGflops what the device's arithmetic reaches at best, GFLOP/s
 * @param peakGbs what its memory reaches at best, GB/s
 * @param peakSource where the two come from: {@code measured in this run}, {@code calibration}, or
 *     {@code profile} and its name
 * @param shareOfPeak of the peak that bounds the work by the roofline: arithmetic or memory
 * @param boundBy {@code compute}, {@code memory}, {@code launch} or {@code copy}; empty if not
 *     known
 */
public record CellRates(
    double flops,
    double bytes,
    double gflops,
    double gbs,
    double peakGflops,
    double peakGbs,
    String peakSource,
    double shareOfPeak,
    String boundBy) {
  /** Of a cell that was never run. */
  public static final CellRates NONE =
      new CellRates(
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          Double.NaN,
          "",
          Double.NaN,
          "");
}
