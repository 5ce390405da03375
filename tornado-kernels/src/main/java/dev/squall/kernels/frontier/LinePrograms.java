package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
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

/** Attention along vertical and slash lines as a program: search, choice, index, attention. */
final class LinePrograms {
  private static final String COLUMN_MASS = "column_mass";
  private static final String DIAGONAL_MASS = "diagonal_mass";
  private static final String COLUMN_SUMS = "column_sums";
  private static final String DIAGONAL_SUMS = "diagonal_sums";
  private static final String BUDGETS = "budgets";
  private static final String INDEX = "index";
  private static final String TILE_PAIRS = "tile_pairs";

  private LinePrograms() {}

  /** Whether all arrays can be counted in int. */
  static Support support(Sizes sizes) {
    long heads = sizes.dim("H");
    long most =
        Math.max(
            heads * window(sizes) * sizes.dim("L"),
            heads * (sizes.dim("L") + tiles(sizes) * slot(sizes)));
    most = Math.max(most, heads * sizes.dim("L") * sizes.dim("D"));
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  static Program loops(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    AttentionPrograms.Plan plan = AttentionPrograms.Plan.indexed(shape, INDEX);
    LineBudget columns = LineBudget.verticals(sizes);
    List<Task> tasks = new ArrayList<>(WindowPrograms.softmax(sizes, window(sizes)));
    tasks.add(masses(shape));
    tasks.addAll(columns.byShare() ? shareBudgets(shape) : List.of(fixedBudgets(shape)));
    tasks.add(choice(shape));
    tasks.add(spans(sizes));
    tasks.add(AttentionPrograms.loopsTask(plan));
    tasks.add(pairs(sizes));
    tasks.add(fraction(shape));
    Map<String, TensorType> scratch = new LinkedHashMap<>(AttentionPrograms.standIns(plan));
    scratch.putAll(WindowPrograms.scratch(sizes, window(sizes)));
    long heads = shape.heads();
    TensorType lines = new TensorType(ElementType.F32, List.of(heads, (long) shape.tokens()));
    scratch.put(COLUMN_MASS, lines);
    scratch.put(DIAGONAL_MASS, lines);
    if (columns.byShare()) {
      scratch.put(COLUMN_SUMS, lines);
      scratch.put(DIAGONAL_SUMS, lines);
    }
    scratch.put(BUDGETS, new TensorType(ElementType.I32, List.of(heads, 2L)));
    long elements = heads * (shape.tokens() + tiles(sizes) * slot(sizes));
    scratch.put(INDEX, new TensorType(ElementType.I32, List.of(elements)));
    scratch.put(TILE_PAIRS, new TensorType(ElementType.F32, List.of(heads, tiles(sizes))));
    float alpha = (float) columns.share();
    return new Program(tasks, scratch, dims(sizes, plan), List.of(shape.scale(), alpha));
  }

  private static List<Integer> dims(Sizes sizes, AttentionPrograms.Plan plan) {
    List<Integer> dims = new ArrayList<>(AttentionPrograms.dims(plan));
    dims.add((int) window(sizes));
    dims.add(sizes.integer("sink"));
    dims.add(Math.max(1, sizes.integer("recent")));
    dims.add(LineBudget.verticals(sizes).least());
    dims.add(LineBudget.slashes(sizes).least());
    dims.add((int) tiles(sizes));
    dims.add((int) slot(sizes));
    dims.add((int) spans(sizes.dim("L")));
    return dims;
  }

  private static long window(Sizes sizes) {
    return Math.min(sizes.integer("window"), sizes.dim("L"));
  }

  private static long tiles(Sizes sizes) {
    return Math.ceilDiv(sizes.dim("L"), (long) LineIndex.TILE);
  }

  /** Ranges that a tile can have, and the list of its columns. */
  private static long spans(long tokens) {
    return Math.ceilDiv(tokens, (long) LineIndex.TILE) + 2;
  }

  private static long slot(Sizes sizes) {
    long tokens = sizes.dim("L");
    LineBudget columns = LineBudget.verticals(sizes);
    long list = columns.byShare() ? tokens : Math.min(tokens, columns.least());
    return 1 + 3 * spans(tokens) + list;
  }

  private static Task masses(AttentionShape shape) {
    return new Task(
        LineLoops.class,
        "lineMasses",
        Grid.loops(shape.tokens(), shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                LineLoops::lineMasses,
                arguments.f32(WindowPrograms.LOGITS),
                arguments.f32(WindowPrograms.MAXIMUM),
                arguments.f32(WindowPrograms.FACTOR),
                arguments.f32(COLUMN_MASS),
                arguments.f32(DIAGONAL_MASS),
                arguments.dims()));
  }

  private static Task fixedBudgets(AttentionShape shape) {
    return new Task(
        LineLoops.class,
        "fixedBudgets",
        Grid.loops(shape.heads()),
        (graph, id, arguments) ->
            graph.task(id, LineLoops::fixedBudgets, arguments.i32(BUDGETS), arguments.dims()));
  }

  private static List<Task> shareBudgets(AttentionShape shape) {
    return List.of(
        new Task(
            LineLoops.class,
            "prefixSums",
            Grid.loops(shape.tokens(), shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    LineLoops::prefixSums,
                    arguments.f32(COLUMN_MASS),
                    arguments.f32(DIAGONAL_MASS),
                    arguments.f32(COLUMN_SUMS),
                    arguments.f32(DIAGONAL_SUMS),
                    arguments.dims())),
        new Task(
            LineLoops.class,
            "shareBudgets",
            Grid.loops(shape.heads()),
            (graph, id, arguments) ->
                graph.task(
                    id,
                    LineLoops::shareBudgets,
                    arguments.f32(COLUMN_SUMS),
                    arguments.f32(DIAGONAL_SUMS),
                    arguments.i32(BUDGETS),
                    arguments.dims(),
                    arguments.scalars())));
  }

  private static Task choice(AttentionShape shape) {
    return new Task(
        LineLoops.class,
        "chooseLines",
        Grid.loops(shape.tokens(), shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                LineLoops::chooseLines,
                arguments.f32(COLUMN_MASS),
                arguments.f32(DIAGONAL_MASS),
                arguments.i32(BUDGETS),
                arguments.bytes("columns"),
                arguments.bytes("diagonals"),
                arguments.dims()));
  }

  private static Task spans(Sizes sizes) {
    return new Task(
        LineLoops.class,
        "tileSpans",
        Grid.loops((int) tiles(sizes), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                LineLoops::tileSpans,
                arguments.bytes("columns"),
                arguments.bytes("diagonals"),
                arguments.i32(INDEX),
                arguments.dims()));
  }

  private static Task pairs(Sizes sizes) {
    return new Task(
        LineLoops.class,
        "tilePairs",
        Grid.loops((int) tiles(sizes), sizes.extent("H")),
        (graph, id, arguments) ->
            graph.task(
                id,
                LineLoops::tilePairs,
                arguments.i32(INDEX),
                arguments.f32(TILE_PAIRS),
                arguments.dims()));
  }

  private static Task fraction(AttentionShape shape) {
    return new Task(
        LineLoops.class,
        "keptFraction",
        Grid.loops(shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                LineLoops::keptFraction,
                arguments.f32(TILE_PAIRS),
                arguments.f32("kept"),
                arguments.dims()));
  }
}
