package dev.squall.pipeline.report;

import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.measure.Samples;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.run.StreamResult;
import dev.squall.pipeline.run.StreamResult.Note;
import dev.squall.pipeline.run.StreamResult.Span;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stream of runs came to.
 *
 * @param runs how many
 * @param medianSeconds of a run, from its first stage's begin to its last one's end
 * @param kernelSeconds median of what a run's kernels take, by the devices' clocks
 * @param p99Seconds of a run
 * @param runsPerSecond over all of them
 * @param predictedSeconds of a run by the first plan
 * @param decisionSeconds spent on deciding where stages go
 * @param stages of the last run, or of one more where the line ran as one
 * @param notes hand-overs, devices lost, plans made anew
 */
public record StreamReport(
    int runs,
    double medianSeconds,
    double kernelSeconds,
    double p99Seconds,
    double runsPerSecond,
    double predictedSeconds,
    double decisionSeconds,
    List<Row> stages,
    List<Note> notes) {
  public StreamReport {
    stages = List.copyOf(stages);
    notes = List.copyOf(notes);
  }

  /**
   * A stage of the last run.
   *
   * @param on variant and device
   * @param detail of the verdict, empty if there is nothing to say
   */
  public record Row(String stage, String on, double seconds, Verdict verdict, String detail) {}

  /**
   * @param comparisons of the result's spans, in their order
   */
  public static StreamReport of(Plan plan, StreamResult result, List<Comparison> comparisons) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < comparisons.size(); i++) {
      Span span = result.spans().get(i);
      rows.add(
          new Row(
              span.stage().name(),
              span.used().label(),
              span.end() - span.start(),
              comparisons.get(i).verdict(),
              comparisons.get(i).detail()));
    }
    Samples samples = Samples.of(result.seconds().stream().mapToDouble(s -> s).toArray());
    return new StreamReport(
        result.seconds().size(),
        samples.median(),
        Samples.of(result.parts().stream().mapToDouble(Times::compute).toArray()).median(),
        samples.p99(),
        result.seconds().size() / result.totalSeconds(),
        plan.predictedSeconds(),
        result.decisionSeconds(),
        rows,
        result.notes());
  }
}
