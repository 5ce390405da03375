package dev.squall.kernels.frontier;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;

/**
 * The attention of the last query rows as tasks, and the arrays that they leave. Dimension 9 of the
 * program is the number of rows.
 */
public final class WindowPrograms {
  public static final String LOGITS = "window_logits";
  public static final String MAXIMUM = "window_maximum";
  public static final String FACTOR = "window_factor";

  private WindowPrograms() {}

  public static Map<String, TensorType> scratch(Sizes sizes, long window) {
    long heads = sizes.dim("H");
    TensorType rows = new TensorType(ElementType.F32, List.of(heads, window));
    return Map.of(
        LOGITS,
        new TensorType(ElementType.F32, List.of(heads, window, sizes.dim("L"))),
        MAXIMUM,
        rows,
        FACTOR,
        rows);
  }

  /** Logits and the two figures of each row's softmax. */
  public static List<Task> softmax(Sizes sizes, long window) {
    return List.of(
        new Task(
            WindowLoops.class,
            "windowLogits",
            Grid.loops(sizes.extent("L"), (int) window, sizes.extent("H")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    WindowLoops::windowLogits,
                    arguments.f32("q"),
                    arguments.f32("k"),
                    arguments.f32(LOGITS),
                    arguments.dims(),
                    arguments.scalars())),
        new Task(
            WindowLoops.class,
            "softmaxRows",
            Grid.loops((int) window, sizes.extent("H")),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    WindowLoops::softmaxRows,
                    arguments.f32(LOGITS),
                    arguments.f32(MAXIMUM),
                    arguments.f32(FACTOR),
                    arguments.dims())));
  }
}
