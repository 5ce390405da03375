package dev.squall.pipeline.run;

import dev.squall.kernels.spec.Call;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
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
 * @param decisionSeconds all that was spent on deciding where stages go, planning anew included
 */
public record StreamResult(
    Plan plan,
    List<Double> seconds,
    List<Times> parts,
    double totalSeconds,
    List<Span> spans,
    Map<Stage, Call> calls,
    List<Note> notes,
    double decisionSeconds) {
  public StreamResult {
    seconds = List.copyOf(seconds);
    parts = List.copyOf(parts);
    spans = List.copyOf(spans);
    calls = Map.copyOf(calls);
    notes = List.copyOf(notes);
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
