package dev.squall.kernels.mminference;

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

/** Attention under a plan as a program: token sets, lines, tiles, their keys, attention. */
final class BoundaryPrograms {
  private static final String SEEN = "seen";
  private static final String MEMBERS = "members";
  private static final String LOGITS = "group_logits";
  private static final String MAXIMUM = "group_maximum";
  private static final String FACTOR = "group_factor";
  private static final String COLUMN_MASS = "column_mass";
  private static final String DIAGONAL_MASS = "diagonal_mass";
  private static final String CLASSES = "classes";
  private static final String PLACES = "places";
  private static final String SIZES = "class_sizes";
  private static final String MARKS = "marks";
  private static final String INDEX = "index";

  private final Sizes sizes;
  private final AttentionShape shape;
  private final Boundary kind;
  private final BoundaryPlan plan;
  private final int groups;
  private final int regions;
  private final int window;
  private final int classes;
  private final int tiles;

  private BoundaryPrograms(Sizes sizes) {
    this.sizes = sizes;
    this.shape = MminferenceShape.of(sizes);
    this.kind = Boundary.of(sizes);
    this.plan = BoundaryPlan.of(sizes);
    this.groups = kind.partsQueries() ? plan.modalities() : 1;
    this.regions = kind.partsKeys() ? plan.modalities() : 1;
    this.window = Math.min(sizes.integer("last_queries"), shape.tokens());
    this.classes = mostClasses();
    this.tiles = classes + shape.tokens() / 64;
  }

  /** Whether all arrays can be counted in int. */
  static Support support(Sizes sizes) {
    BoundaryPrograms program = new BoundaryPrograms(sizes);
    long heads = program.shape.heads();
    long tokens = program.shape.tokens();
    long most = heads * (tokens + program.tiles * (tokens + 7));
    most = Math.max(most, heads * program.groups * program.window * tokens);
    most = Math.max(most, heads * tokens * program.shape.headSize());
    return Support.when(
        most <= Integer.MAX_VALUE,
        "%d elements are more than a device array holds".formatted(most));
  }

  static Program loops(Sizes sizes) {
    return new BoundaryPrograms(sizes).program();
  }

  private int mostClasses() {
    int most = 0;
    for (int head = 0; head < shape.heads(); head++) {
      int count = 0;
      for (int group = 0; group < groups; group++) {
        count += stride(head, group);
      }
      most = Math.max(most, count);
    }
    return most;
  }

  private int stride(int head, int group) {
    for (int region = 0; region < regions; region++) {
      if (kind.pattern(plan, head, group, region) instanceof Pattern.Lattice lattice) {
        return lattice.lines().stride();
      }
    }
    return 1;
  }

  private Program program() {
    AttentionPrograms.Plan attention = AttentionPrograms.Plan.indexed(shape, INDEX);
    List<Task> tasks =
        List.of(
            tokenSets(),
            logits(),
            softmax(),
            masses(),
            lines(),
            rowClasses(),
            classSizes(),
            tileKeys(),
            AttentionPrograms.loopsTask(attention));
    Map<String, TensorType> scratch = new LinkedHashMap<>(AttentionPrograms.standIns(attention));
    long heads = shape.heads();
    long tokens = shape.tokens();
    long sets = plan.modalities() + 1L;
    scratch.put(SEEN, new TensorType(ElementType.I32, List.of(sets, tokens)));
    scratch.put(MEMBERS, new TensorType(ElementType.I32, List.of(sets, tokens)));
    long rows = heads * groups;
    scratch.put(LOGITS, new TensorType(ElementType.F32, List.of(rows, (long) window, tokens)));
    scratch.put(MAXIMUM, new TensorType(ElementType.F32, List.of(rows, (long) window)));
    scratch.put(FACTOR, new TensorType(ElementType.F32, List.of(rows, (long) window)));
    scratch.put(COLUMN_MASS, new TensorType(ElementType.F32, List.of(rows, tokens)));
    scratch.put(DIAGONAL_MASS, new TensorType(ElementType.F32, List.of(rows, tokens)));
    scratch.put(CLASSES, new TensorType(ElementType.I32, List.of(heads, tokens)));
    scratch.put(PLACES, new TensorType(ElementType.I32, List.of(heads, tokens)));
    scratch.put(SIZES, new TensorType(ElementType.I32, List.of(heads, (long) classes)));
    scratch.put(MARKS, new TensorType(ElementType.U8, List.of(heads, (long) tiles, tokens)));
    long index = heads * (tokens + tiles * (tokens + 7));
    scratch.put(INDEX, new TensorType(ElementType.I32, List.of(index)));
    return new Program(tasks, scratch, dims(attention), List.of(shape.scale()));
  }

  private List<Integer> dims(AttentionPrograms.Plan attention) {
    List<Integer> dims = new ArrayList<>(AttentionPrograms.dims(attention));
    dims.add(window);
    dims.add(plan.modalities());
    dims.add(groups);
    dims.add(regions);
    dims.add(sizes.integer("sink"));
    dims.add(Math.max(1, sizes.integer("recent")));
    dims.add(classes);
    dims.add(tiles);
    for (int head = 0; head < shape.heads(); head++) {
      for (int group = 0; group < groups; group++) {
        for (int region = 0; region < regions; region++) {
          dims.addAll(fields(kind.pattern(plan, head, group, region)));
        }
      }
    }
    return dims;
  }

  private static List<Integer> fields(Pattern pattern) {
    return switch (pattern) {
      case Pattern.None ignored -> List.of(BoundaryLayout.NONE, 0, 0, 0, 0, 0);
      case Pattern.Dense ignored -> List.of(BoundaryLayout.DENSE, 0, 0, 0, 0, 0);
      case Pattern.AShape shape ->
          List.of(BoundaryLayout.A_SHAPE, shape.sink(), shape.local(), 0, 0, 0);
      case Pattern.VerticalSlash lines ->
          List.of(BoundaryLayout.LINES, lines.verticals(), lines.slashes(), 0, 0, 0);
      case Pattern.Lattice lattice ->
          List.of(
              BoundaryLayout.GRID,
              lattice.lines().stride(),
              lattice.lines().phase(),
              lattice.lines().hline() ? 1 : 0,
              lattice.lines().vline() ? 1 : 0,
              lattice.lines().slash() ? 1 : 0);
    };
  }

  private Task tokenSets() {
    return new Task(
        BoundaryLoops.class,
        "tokenSets",
        Grid.loops(plan.modalities() + 1),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::tokenSets,
                arguments.i32("modality"),
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.dims()));
  }

  private Task logits() {
    return new Task(
        BoundaryLoops.class,
        "groupLogits",
        Grid.loops(shape.tokens(), window, shape.heads() * groups),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::groupLogits,
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.f32(LOGITS),
                arguments.dims(),
                arguments.scalars()));
  }

  private Task softmax() {
    return new Task(
        BoundaryLoops.class,
        "groupSoftmax",
        Grid.loops(window, shape.heads() * groups),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::groupSoftmax,
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.f32(LOGITS),
                arguments.f32(MAXIMUM),
                arguments.f32(FACTOR),
                arguments.dims()));
  }

  private Task masses() {
    return new Task(
        BoundaryLoops.class,
        "groupMasses",
        Grid.loops(shape.tokens(), shape.heads() * groups),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::groupMasses,
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.f32(LOGITS),
                arguments.f32(MAXIMUM),
                arguments.f32(FACTOR),
                arguments.f32(COLUMN_MASS),
                arguments.f32(DIAGONAL_MASS),
                arguments.dims()));
  }

  private Task lines() {
    return new Task(
        BoundaryLoops.class,
        "groupLines",
        Grid.loops(shape.tokens(), shape.heads() * plan.modalities()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::groupLines,
                arguments.i32("modality"),
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.f32(COLUMN_MASS),
                arguments.f32(DIAGONAL_MASS),
                arguments.bytes("columns"),
                arguments.bytes("diagonals"),
                arguments.dims()));
  }

  private Task rowClasses() {
    return new Task(
        BoundaryLoops.class,
        "rowClasses",
        Grid.loops(shape.tokens(), shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::rowClasses,
                arguments.i32("modality"),
                arguments.i32(SEEN),
                arguments.i32(CLASSES),
                arguments.i32(PLACES),
                arguments.dims()));
  }

  private Task classSizes() {
    return new Task(
        BoundaryLoops.class,
        "classSizes",
        Grid.loops(classes, shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::classSizes,
                arguments.i32(CLASSES),
                arguments.i32(SIZES),
                arguments.dims()));
  }

  private Task tileKeys() {
    return new Task(
        BoundaryLoops.class,
        "tileKeys",
        Grid.loops(tiles, shape.heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                BoundaryLoops::tileKeys,
                arguments.i32("modality"),
                arguments.i32(SEEN),
                arguments.i32(MEMBERS),
                arguments.bytes("columns"),
                arguments.bytes("diagonals"),
                arguments.i32(CLASSES),
                arguments.i32(PLACES),
                arguments.i32(SIZES),
                arguments.bytes(MARKS),
                arguments.i32(INDEX),
                arguments.dims()));
  }
}
