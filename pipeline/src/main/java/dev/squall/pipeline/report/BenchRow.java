package dev.squall.pipeline.report;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.measure.Measurement;

/**
 * A timed variant.
 *
 * @param quiet whether the noise limit was met
 * @param timing what the times are; see {@link StageRow#timing}
 * @param copyInMilliseconds median, by the device's clock; zero where the device has none
 * @param kernelMilliseconds the same of the kernels alone
 * @param copyOutMilliseconds the same of the results' way back
 * @param shareOfPeak arithmetic rate into the host's multiply-add peak measured in the same run;
 *     NaN on other devices
 */
public record BenchRow(
    String kernel,
    String variant,
    String device,
    String sizes,
    int samples,
    boolean quiet,
    String timing,
    double coldMilliseconds,
    double minMilliseconds,
    double medianMilliseconds,
    double p10Milliseconds,
    double p90Milliseconds,
    double copyInMilliseconds,
    double kernelMilliseconds,
    double copyOutMilliseconds,
    double coefficientOfVariation,
    double gigaflopsPerSecond,
    double gigabytesPerSecond,
    double peakGigaflopsPerSecond,
    double shareOfPeak,
    double maxError,
    double tolerance,
    Verdict verdict,
    String detail,
    double[] sampleSeconds) {

  /**
   * @param peak the host's multiply-add peak, GFLOP/s
   */
  public static BenchRow of(
      Kernel kernel,
      Variant variant,
      Device device,
      Call call,
      Measurement measurement,
      RunParts parts,
      Comparison comparison,
      double peak) {
    double median = measurement.samples().median();
    Cost work = kernel.workDone(call);
    int runs = measurement.samples().count();
    double rate = work.operations() / median / 1e9;
    return new BenchRow(
        kernel.id(),
        variant.name(),
        device.id(),
        call.sizes().key(),
        runs,
        measurement.quiet(),
        device.notATiming().orElse(StageRow.MEASURED),
        measurement.coldSeconds() * 1e3,
        measurement.samples().min() * 1e3,
        median * 1e3,
        measurement.samples().p10() * 1e3,
        measurement.samples().p90() * 1e3,
        parts.copyInMilliseconds(runs),
        parts.kernelMilliseconds(runs),
        parts.copyOutMilliseconds(runs),
        measurement.samples().coefficientOfVariation(),
        rate,
        work.bytes() / median / 1e9,
        peak,
        device.traits().host() ? rate / peak : Double.NaN,
        comparison.maxError(),
        comparison.allowance(),
        comparison.verdict(),
        comparison.detail(),
        measurement.samples().seconds());
  }

  public boolean passed() {
    return verdict == Verdict.PASSED;
  }
}
