package dev.squall.pipeline.testing;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.pipeline.graph.Source;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import java.util.List;
import java.util.Map;

/** Graphs of {@link DoublingKernel} stages on one vector {@code x} of {@link #ELEMENTS}. */
public final class Graphs {
  public static final int ELEMENTS = 100;

  private Graphs() {}

  /** x → first. */
  public static StageGraph single() {
    return builder().build();
  }

  /** x → first → second. */
  public static StageGraph chain() {
    return add(builder(), "second", Map.of("x", output("first"))).build();
  }

  /** x → left, x → right: neither waits for the other. */
  public static StageGraph pair() {
    StageGraph.Builder graph = new StageGraph.Builder().external("x", type(ELEMENTS));
    add(graph, "left", Map.of("x", external()));
    return add(graph, "right", Map.of("x", external())).build();
  }

  /** x → first → left and right → last = 2 left + right. */
  public static StageGraph diamond() {
    StageGraph.Builder graph = builder();
    add(graph, "left", Map.of("x", output("first")));
    add(graph, "right", Map.of("x", output("first")));
    return add(graph, "last", Map.of("x", output("left"), "z", output("right"))).build();
  }

  /** A chain whose second stage is a yardstick. */
  public static StageGraph withYardstick() {
    return builder()
        .stage(
            "yardstick",
            new DoublingKernel(),
            Map.of("x", external()),
            Map.of(),
            Stage.Role.YARDSTICK)
        .build();
  }

  /** 0, 1, 2, … */
  public static Map<String, Tensor> tensors() {
    float[] values = new float[ELEMENTS];
    for (int i = 0; i < ELEMENTS; i++) {
      values[i] = i;
    }
    return Map.of("x", Tensor.of(values, ELEMENTS));
  }

  public static TensorType type(long elements) {
    return new TensorType(ElementType.F32, List.of(elements));
  }

  private static StageGraph.Builder builder() {
    StageGraph.Builder graph = new StageGraph.Builder().external("x", type(ELEMENTS));
    return add(graph, "first", Map.of("x", external()));
  }

  private static StageGraph.Builder add(
      StageGraph.Builder graph, String name, Map<String, Source> inputs) {
    return graph.stage(name, new DoublingKernel(), inputs, Map.of());
  }

  private static Source external() {
    return new Source.External("x");
  }

  private static Source output(String stage) {
    return new Source.Output(stage, "y");
  }
}
