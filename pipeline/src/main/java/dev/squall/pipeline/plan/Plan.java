package dev.squall.pipeline.plan;

import dev.squall.pipeline.graph.StageGraph;
import java.util.List;

/**
 * A stage graph with a variant and a device for every stage.
 *
 * @param decisions in the order of the graph's stages
 */
public record Plan(StageGraph graph, List<Decision> decisions) {
  public Plan {
    decisions = List.copyOf(decisions);
  }

  /** Expected seconds if stages ran one after another. */
  public double predictedSeconds() {
    return decisions.stream().mapToDouble(decision -> decision.choice().seconds()).sum();
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
