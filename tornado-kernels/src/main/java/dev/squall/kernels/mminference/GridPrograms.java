package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.frontier.WindowPrograms;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The grid's search and attention as programs. */
final class GridPrograms {
  private static final String INDEX = "index";
  private static final int LIST = 10;

  private GridPrograms() {}

  /** Whether all arrays can be counted in int. */
  static Support support(Sizes sizes) {
    long row = sizes.dim("D");
    if (sizes.parameters().containsKey("last_queries")) {
      row = Math.max(row, GridSearch.window(sizes));
    }
    long most = sizes.dim("H") * sizes.dim("L") * row;
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  static Program search(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    Strides strides = Strides.of(sizes);
    int window = GridSearch.window(sizes);
    List<Task> tasks = new ArrayList<>(WindowPrograms.softmax(sizes, window));
    tasks.add(
        new Task(
            GridLoops.class,
            "phaseMasses",
            Grid.loops(strides.phases(), shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    GridLoops::phaseMasses,
                    arguments.f32(WindowPrograms.LOGITS),
                    arguments.f32(WindowPrograms.MAXIMUM),
                    arguments.f32(WindowPrograms.FACTOR),
                    arguments.f32("masses"),
                    arguments.dims())));
    tasks.add(
        new Task(
            GridLoops.class,
            "bestPhase",
            Grid.loops(shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    GridLoops::bestPhase,
                    arguments.f32("masses"),
                    arguments.i32("best"),
                    arguments.dims())));
    List<Integer> dims = dims(shape, window);
    dims.add(strides.phases());
    dims.add(strides.count());
    for (int stride : strides.values()) {
      dims.add(stride);
    }
    return new Program(tasks, WindowPrograms.scratch(sizes, window), dims, List.of(shape.scale()));
  }

  static Program attention(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    GridLines lines = GridLines.of(sizes);
    AttentionPrograms.Plan plan = AttentionPrograms.Plan.indexed(shape, INDEX);
    int lists = lines.slash() ? lines.stride() : 2;
    List<Integer> dims = dims(shape, 0);
    dims.add(lines.stride());
    dims.add(lines.phase());
    dims.add(lines.hline() ? 1 : 0);
    dims.add(lines.vline() ? 1 : 0);
    dims.add(lines.slash() ? 1 : 0);
    dims.add(lists);
    Map<String, TensorType> scratch = new LinkedHashMap<>(AttentionPrograms.standIns(plan));
    long elements = (long) shape.heads() * shape.tokens() + (long) lists * LIST;
    scratch.put(INDEX, new TensorType(ElementType.I32, List.of(elements)));
    return new Program(
        List.of(rows(shape), spans(lists), AttentionPrograms.loopsTask(plan)),
        scratch,
        dims,
        List.of(shape.scale()));
  }

  private static List<Integer> dims(AttentionShape shape, int window) {
    List<Integer> dims =
        new ArrayList<>(AttentionPrograms.dims(AttentionPrograms.Plan.indexed(shape, INDEX)));
    dims.add(window);
    return dims;
  }

  private static Task rows(AttentionShape shape) {
    return new Task(
        GridLoops.class,
        "gridRows",
        Grid.loops(shape.tokens(), shape.heads()),
        (graph, id, arguments) ->
            graph.task(id, GridLoops::gridRows, arguments.i32(INDEX), arguments.dims()));
  }

  private static Task spans(int lists) {
    return new Task(
        GridLoops.class,
        "gridSpans",
        Grid.loops(lists),
        (graph, id, arguments) ->
            graph.task(id, GridLoops::gridSpans, arguments.i32(INDEX), arguments.dims()));
  }
}
