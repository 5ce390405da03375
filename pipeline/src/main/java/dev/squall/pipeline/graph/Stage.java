package dev.squall.pipeline.graph;

import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import java.util.List;
import java.util.Map;

/**
 * One kernel call in a graph.
 *
 * @param name unique in its graph
 * @param inputs source by port
 * @param role whether its time belongs to the line
 */
public record Stage(
    String name, Kernel kernel, Sizes sizes, Map<String, Source> inputs, Role role) {

  /** What a stage is there for. */
  public enum Role {
    /** Part of the line. */
    LINE,
    /** Measured beside the line for comparison; nothing depends on it. */
    YARDSTICK
  }

  public Stage {
    inputs = Map.copyOf(inputs);
  }

  /** Names of the stages whose outputs this one reads. */
  public List<String> dependencies() {
    return inputs.values().stream()
        .filter(Source.Output.class::isInstance)
        .map(source -> ((Source.Output) source).stage())
        .distinct()
        .toList();
  }
}
