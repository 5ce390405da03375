package dev.squall.pipeline.plan;

import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import java.util.List;

/**
 * A stage graph with a variant and a device for every stage.
 *
 * @param decisions in the order of the graph's stages
 * @param timetable when the stages of the line run
 */
public record Plan(StageGraph graph, List<Decision> decisions, Timetable timetable) {
  public Plan {
    decisions = List.copyOf(decisions);
  }

  /** Expected seconds of the line, from its first stage's begin to its last one's end. */
  public double predictedSeconds() {
    return timetable.seconds();
  }

  public Decision decision(Stage stage) {
    return decisions.stream()
        .filter(decision -> decision.stage().equals(stage))
        .findFirst()
        .orElseThrow();
  }

  /** The same plan, whose devices are waited for where the host would serve meanwhile. */
  public Plan forced() {
    return new Plan(
        graph,
        decisions.stream()
            .map(decision -> new Decision(decision.stage(), decision.candidates(), true))
            .toList(),
        timetable);
  }

  /** Bytes that a run needs: inputs, outputs of all stages, the largest workspace. */
  public long memoryBytes() {
    long workspace =
        decisions.stream()
            .mapToLong(
                decision -> decision.choice().variant().workspaceBytes(decision.stage().sizes()))
            .max()
            .orElse(0);
    return graph.externalBytes() + graph.outputBytes() + workspace;
  }
}
