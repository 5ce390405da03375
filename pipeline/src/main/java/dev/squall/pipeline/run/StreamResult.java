package dev.squall.pipeline.run;

import dev.squall.kernels.spec.Call;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.plan.Plan;
import java.util.List;
import java.util.Map;

/**
 * What a stream of runs did.
 *
 * @param plan the plan at the end
 * @param seconds of each run from its first stage's begin to its last one's end
 * @param parts where the time of each run went, all stages together
 * @param totalSeconds from the first run's begin to the last one's end
 * @param spans the stages of the last run; where that ran as one, of one more, stage by stage
 * @param calls inputs and outputs of the run of {@code spans}
 * @param notes hand-overs, devices lost, plans made anew
 * @param decisionSecondsEach what each run spent on deciding where stages go, planning anew
 *     included
 * @param times what the runs paid for each stage where a plan had it
 */
public record StreamResult(
    Plan plan,
    List<Double> seconds,
    List<Times> parts,
    double totalSeconds,
    List<Span> spans,
    Map<Stage, Call> calls,
    List<Note> notes,
    List<Double> decisionSecondsEach,
    List<StageTimes> times) {
  public StreamResult {
    seconds = List.copyOf(seconds);
    parts = List.copyOf(parts);
    spans = List.copyOf(spans);
    calls = Map.copyOf(calls);
    notes = List.copyOf(notes);
    decisionSecondsEach = List.copyOf(decisionSecondsEach);
    times = List.copyOf(times);
  }

  /** All that was spent on deciding where stages go, planning anew included. */
  public double decisionSeconds() {
    return decisionSecondsEach.stream()
        .filter(Double::isFinite)
        .mapToDouble(Double::doubleValue)
        .sum();
  }

  /**
   * What a history may learn of the latest runs: the line's cost of each stage. Stages with too few
   * runs, and on devices whose times mean nothing to others, are left out.
   *
   * @param runs at most so many of each stage
   */
  public List<Measured> measured(int runs) {
    String line = Measured.line(plan.timetable().stages());
    return times.stream()
        .filter(StageTimes::enough)
        .filter(each -> !Executor.captures(each.candidate().device()))
        .map(each -> each.measured(runs, line))
        .toList();
  }

  /**
   * A stage's time in a run.
   *
   * @param start seconds from the run's begin
   */
  public record Span(Stage stage, Candidate used, double start, double end) {}

  /**
   * Something worth telling.
   *
   * @param run during which it happened, from 1
   */
  public record Note(int run, String what) {}
}
