package dev.squall.pipeline.compare;

import java.util.List;

/**
 * Times of a cell in nanoseconds; NaN (null in files) where there are none, or where the engine
 * does not tell.
 *
 * @param runs samples that were taken
 * @param samplesNs the samples, ascending, from call to return; of very many an even choice
 * @param cv coefficient of variation of the samples
 * @param predictedNs what the cost model expected of a run before anything was measured
 * @param openNs until the device could take its first call
 * @param compileNs building the program in the first run
 * @param firstRunNs the whole first run, compilation and cold caches included
 * @param copyInNs moving inputs to the device in the first run; later runs find them there
 * @param kernelNs the kernels alone, median of the samples, by the device's clock where it has one
 * @param copyOutNs moving results back, median of the samples
 * @param noiseLimitMet whether the median is known as exactly as asked for
 * @param warm whether the warm-up ended because times were stable
 */
public record CellTimes(
    int runs,
    List<Long> samplesNs,
    double minNs,
    double medianNs,
    double p90Ns,
    double p99Ns,
    double cv,
    double predictedNs,
    double openNs,
    double compileNs,
    double firstRunNs,
    double copyInNs,
    double kernelNs,
    double copyOutNs,
    boolean noiseLimitMet,
    boolean warm) {
  public CellTimes {
    samplesNs = List.copyOf(samplesNs);
  }

  /** Of a cell that was never run. */
  public static CellTimes none(double predictedNs) {
    double no = Double.NaN;
    return new CellTimes(
        0, List.of(), no, no, no, no, no, predictedNs, no, no, no, no, no, no, false, false);
  }
}
