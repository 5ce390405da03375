package dev.squall.pipeline.report;

import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.run.ResidentRun;

/**
 * The line as one on the device that keeps what lies between its stages, in plain values. Times are
 * medians.
 *
 * @param launches how the device's commands are given in the runs that {@code milliseconds} tells
 *     of: {@link #ONE_BY_ONE}, or {@link #CUDA_GRAPH}, one launch of a recording
 * @param milliseconds from call to return
 * @param kernelMilliseconds the kernels alone, by the device's clock, in runs whose commands are
 *     launched one by one: a recording tells none
 * @param beyondKernelsMilliseconds all else: copies, launches, the way to the device's process
 * @param wayMilliseconds of those, the way to the device's process and back
 * @param copyInMilliseconds as {@code kernelMilliseconds}
 * @param copyOutMilliseconds as {@code kernelMilliseconds}
 * @param oneByOneMilliseconds from call to return, launched one by one
 * @param copiesIn tensors that a timed run sent
 * @param copiesOut tensors that a timed run brought back
 * @param firstCopiesIn tensors that the first run sent
 */
public record ResidentLineRow(
    String device,
    String launches,
    int runs,
    double firstMilliseconds,
    double milliseconds,
    double kernelMilliseconds,
    double beyondKernelsMilliseconds,
    double wayMilliseconds,
    double copyInMilliseconds,
    double copyOutMilliseconds,
    double oneByOneMilliseconds,
    int copiesIn,
    long bytesIn,
    int copiesOut,
    long bytesOut,
    int firstCopiesIn,
    long firstBytesIn) {

  public static final String ONE_BY_ONE = "one by one";
  public static final String CUDA_GRAPH = "CUDA graph";

  /** The values of a run. */
  public static ResidentLineRow of(ResidentRun run) {
    return new ResidentLineRow(
        run.device().qualifiedId(),
        run.replay().isPresent() ? CUDA_GRAPH : ONE_BY_ONE,
        run.replay().map(ResidentRun.Replay::runs).orElse(run.runs()).size(),
        run.first().total() * 1e3,
        run.total() * 1e3,
        run.median(Times::compute) * 1e3,
        run.beyondKernels() * 1e3,
        run.way() * 1e3,
        run.median(Times::copyIn) * 1e3,
        run.median(Times::copyOut) * 1e3,
        run.median(Times::total) * 1e3,
        run.copies().in(),
        run.copies().bytesIn(),
        run.copies().out(),
        run.copies().bytesOut(),
        run.first().copies().in(),
        run.first().copies().bytesIn());
  }

  /** In one sentence, for people. */
  public String text() {
    return "line kept on %s %s ms%s: kernels %s ms, beyond them %s ms, of which copies %s ms; a run copies %d tensors in and %d out (%s MB), the first %d in (%s MB)"
        .formatted(
            device,
            Numbers.significant(milliseconds),
            replay(),
            Numbers.significant(kernelMilliseconds),
            Numbers.significant(beyondKernelsMilliseconds),
            Numbers.significant(copyInMilliseconds + copyOutMilliseconds),
            copiesIn,
            copiesOut,
            Numbers.significant((bytesIn + bytesOut) * 1e-6),
            firstCopiesIn,
            Numbers.significant(firstBytesIn * 1e-6));
  }

  /** What replays add to a sentence; nothing where there are none. */
  public String replay() {
    return launches.equals(ONE_BY_ONE)
        ? ""
        : ", replayed as a %s (launched one by one %s ms; kernels and copies are of those runs)"
            .formatted(launches, Numbers.significant(oneByOneMilliseconds));
  }
}
