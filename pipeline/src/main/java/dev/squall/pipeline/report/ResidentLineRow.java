package dev.squall.pipeline.report;

import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.run.ResidentRun;

/**
 * The line as one on the device that keeps what lies between its stages, in plain values. Times are
 * medians.
 *
 * @param milliseconds from call to return
 * @param kernelMilliseconds the kernels alone, by the device's clock
 * @param beyondKernelsMilliseconds all else: copies, launches, the way to the device's process
 * @param copiesIn tensors that a timed run sent
 * @param copiesOut tensors that a timed run brought back
 * @param firstCopiesIn tensors that the first run sent
 */
public record ResidentLineRow(
    String device,
    int runs,
    double firstMilliseconds,
    double milliseconds,
    double kernelMilliseconds,
    double beyondKernelsMilliseconds,
    double copyInMilliseconds,
    double copyOutMilliseconds,
    int copiesIn,
    long bytesIn,
    int copiesOut,
    long bytesOut,
    int firstCopiesIn,
    long firstBytesIn) {

  static ResidentLineRow of(ResidentRun run) {
    return new ResidentLineRow(
        run.device().qualifiedId(),
        run.runs().size(),
        run.first().total() * 1e3,
        run.median(Times::total) * 1e3,
        run.median(Times::compute) * 1e3,
        run.median(Times::beyondKernels) * 1e3,
        run.median(Times::copyIn) * 1e3,
        run.median(Times::copyOut) * 1e3,
        run.copies().in(),
        run.copies().bytesIn(),
        run.copies().out(),
        run.copies().bytesOut(),
        run.first().copies().in(),
        run.first().copies().bytesIn());
  }

  /** In one sentence, for people. */
  String text() {
    return "line kept on %s %s ms: kernels %s ms, beyond them %s ms, of which copies %s ms; a run copies %d tensors in and %d out (%s MB), the first %d in (%s MB)"
        .formatted(
            device,
            Numbers.significant(milliseconds),
            Numbers.significant(kernelMilliseconds),
            Numbers.significant(beyondKernelsMilliseconds),
            Numbers.significant(copyInMilliseconds + copyOutMilliseconds),
            copiesIn,
            copiesOut,
            Numbers.significant((bytesIn + bytesOut) * 1e-6),
            firstCopiesIn,
            Numbers.significant(firstBytesIn * 1e-6));
  }
}
