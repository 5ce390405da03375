package dev.squall.kernels.attention;

import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** How attention is handed to devices: one task, over all keys, a block mask or an index. */
public final class AttentionPrograms {
  /** Stands where a mask would; never read. */
  private static final String NO_MASK = "no_mask";

  /** Stands where an index would; never read. */
  private static final String NO_INDEX = "no_index";

  private static final String KEY_PANELS = "key_panels";
  private static final String VALUE_PANELS = "value_panels";
  private static final String ROW_QUERIES = "row_queries";
  private static final String ROW_SUMS = "row_sums";

  /** What {@link Plan#decides} says of a call without mask or index. */
  static final int ALL_KEYS = 0;

  private static final int BY_MASK = 1;
  private static final int BY_INDEX = 2;

  private AttentionPrograms() {}

  /**
   * What the task is given.
   *
   * @param mask name of the block mask's array
   * @param index name of the index's array
   * @param decides which of them says what is kept, as {@link SparseAttentionLoops#attend} counts
   */
  public record Plan(AttentionShape shape, String mask, String index, int decides, int block) {

    /** A mask, or all keys. */
    public Plan(AttentionShape shape, String mask, boolean masked, int block) {
      this(shape, mask, NO_INDEX, masked ? BY_MASK : ALL_KEYS, block);
    }

    /** An index of spans in the array {@code index}; only loops read it. */
    public static Plan indexed(AttentionShape shape, String index) {
      return new Plan(shape, NO_MASK, index, BY_INDEX, shape.tokens());
    }

    boolean masked() {
      return decides == BY_MASK;
    }

    int blocks() {
      return Math.ceilDiv(shape.tokens(), block);
    }
  }

  static Plan dense(Sizes sizes) {
    AttentionShape shape = AttentionShape.of(sizes);
    return new Plan(shape, NO_MASK, false, shape.tokens());
  }

  static Plan masked(Sizes sizes) {
    return new Plan(AttentionShape.of(sizes), "mask", true, sizes.integer("block"));
  }

  /** The annotated loops as a program of one task. */
  static Program loops(Plan plan) {
    return program(plan, loopsTask(plan));
  }

  /** The tiles as a variant, refused where a tile of rows would cross a block or not fit. */
  static Variant.Device tiles(Function<Sizes, Plan> planOf) {
    return tiles(
        "tiles",
        planOf,
        AttentionPrograms::tilesSupport,
        Variant.Device.tiles(
                SparseAttentionTiles.ITEMS,
                SparseAttentionTiles.LOCAL_BYTES,
                sizes -> program(planOf.apply(sizes), tilesTask(planOf.apply(sizes))))
            .using(SparseAttentionTiles.REGISTERS));
  }

  /** Larger tiles as a variant, for devices with the registers for them. */
  static Variant.Device wide(Function<Sizes, Plan> planOf) {
    Variant.Device tiles =
        tiles(
            "wide",
            planOf,
            AttentionPrograms::wideSupport,
            Variant.Device.tiles(
                SparseAttentionWideTiles.ITEMS,
                SparseAttentionWideTiles.LOCAL_BYTES,
                sizes -> program(planOf.apply(sizes), wideTask(planOf.apply(sizes)))));
    return tiles.needing(SparseAttentionWideTiles.REGISTERS);
  }

  private static Variant.Device tiles(
      String name,
      Function<Sizes, Plan> planOf,
      Function<Plan, Support> shapeSupport,
      Variant.Device tiles) {
    return new Variant.Device(
        name,
        (sizes, device) -> {
          Support shape = shapeSupport.apply(planOf.apply(sizes));
          return shape.supported() ? tiles.supports(sizes, device) : shape;
        },
        tiles.program(),
        tiles.registers());
  }

  /** Whether tiles can compute {@code plan} at all. */
  public static Support tilesSupport(Plan plan) {
    return tilesSupport(plan, SparseAttentionTiles.ROWS, SparseAttentionTiles.MAX_HEAD_SIZE);
  }

  private static Support wideSupport(Plan plan) {
    return tilesSupport(
        plan, SparseAttentionWideTiles.TILE, SparseAttentionWideTiles.MAX_HEAD_SIZE);
  }

  private static Support tilesSupport(Plan plan, int rows, int maxHeadSize) {
    if (plan.shape().headSize() > maxHeadSize) {
      return Support.no(
          "head size %d is above the %d that a tile is laid out for"
              .formatted(plan.shape().headSize(), maxHeadSize));
    }
    int offset = plan.shape().offset();
    if (plan.masked() && offset % rows != 0) {
      return Support.no(
          "%d earlier tokens are no multiple of the tile's %d rows".formatted(offset, rows));
    }
    return Support.when(
        !plan.masked() || plan.block() % rows == 0,
        "block %d is no multiple of the tile's %d rows".formatted(plan.block(), rows));
  }

  /** The rows in lanes as a variant, refused where a group of rows would cross a block. */
  static Variant.Device rows(Function<Sizes, Plan> planOf) {
    Variant.Device groups =
        Variant.Device.tiles(
            SparseAttentionRowTiles.ROWS, 0, sizes -> rowsProgram(planOf.apply(sizes)));
    return new Variant.Device(
        "rows",
        (sizes, device) -> {
          Support shape = rowsSupport(planOf.apply(sizes));
          return shape.supported() ? groups.supports(sizes, device) : shape;
        },
        groups.program());
  }

  private static Support rowsSupport(Plan plan) {
    if (plan.shape().queries() != plan.shape().tokens()) {
      return Support.no("no chunks of queries behind earlier tokens");
    }
    if (plan.masked() && plan.block() % SparseAttentionRowTiles.ROWS != 0) {
      return Support.no(
          "block %d is no multiple of the group's %d rows"
              .formatted(plan.block(), SparseAttentionRowTiles.ROWS));
    }
    long elements = panels(plan.shape(), plan.shape().heads()).elements();
    return Support.when(
        elements <= Integer.MAX_VALUE,
        "scratch of %d elements is beyond int indices".formatted(elements));
  }

  private static Program rowsProgram(Plan plan) {
    AttentionShape shape = plan.shape();
    Map<String, TensorType> scratch = maskStandIn(plan);
    scratch.put(KEY_PANELS, panels(shape, shape.keyHeads()));
    scratch.put(VALUE_PANELS, panels(shape, shape.keyHeads()));
    scratch.put(ROW_QUERIES, panels(shape, shape.heads()));
    scratch.put(ROW_SUMS, panels(shape, shape.heads()));
    return new Program(
        List.of(packTask(plan), rowsTask(plan)), scratch, dims(plan), List.of(shape.scale()));
  }

  private static TensorType panels(AttentionShape shape, int heads) {
    long panels = Math.ceilDiv(shape.tokens(), SparseAttentionRowTiles.ROWS);
    return new TensorType(
        ElementType.F32,
        List.of(
            (long) heads, panels, (long) shape.headSize(), (long) SparseAttentionRowTiles.ROWS));
  }

  private static Task packTask(Plan plan) {
    return new Task(
        KeyPanelsLoops.class,
        "pack",
        Grid.loops(plan.shape().tokens(), plan.shape().keyHeads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                KeyPanelsLoops::pack,
                arguments.f32("k"),
                arguments.f32("v"),
                arguments.f32(KEY_PANELS),
                arguments.f32(VALUE_PANELS),
                arguments.dims()));
  }

  private static Task rowsTask(Plan plan) {
    int rowTiles = Math.ceilDiv(plan.shape().tokens(), SparseAttentionRowTiles.ROWS);
    return new Task(
        SparseAttentionRowTiles.class,
        "attend",
        Grid.groups(rowTiles, plan.shape().heads(), SparseAttentionRowTiles.ROWS),
        (graph, id, arguments) ->
            graph.task(
                id,
                SparseAttentionRowTiles::attend,
                arguments.context(),
                arguments.f32("q"),
                arguments.f32(KEY_PANELS),
                arguments.f32(VALUE_PANELS),
                arguments.bytes(plan.mask()),
                arguments.f32(ROW_QUERIES),
                arguments.f32(ROW_SUMS),
                arguments.f32("o"),
                arguments.dims(),
                arguments.scalars()));
  }

  /**
   * Attention as a task of annotated loops on the arrays q, k, v, the plan's mask and index, and o.
   */
  public static Task loopsTask(Plan plan) {
    return new Task(
        SparseAttentionLoops.class,
        "attend",
        Grid.loops(plan.shape().queries(), plan.shape().heads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                SparseAttentionLoops::attend,
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.f32("v"),
                arguments.bytes(plan.mask()),
                arguments.i32(plan.index()),
                arguments.f32("o"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** Attention as a task of work-groups; arrays as in {@link #loopsTask}. */
  public static Task tilesTask(Plan plan) {
    int rowTiles = Math.ceilDiv(plan.shape().queries(), SparseAttentionTiles.ROWS);
    return new Task(
        SparseAttentionTiles.class,
        "attend",
        Grid.groups(rowTiles, plan.shape().heads(), SparseAttentionTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                SparseAttentionTiles::attend,
                arguments.context(),
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.f32("v"),
                arguments.bytes(plan.mask()),
                arguments.f32("o"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** Attention as a task of larger work-groups; arrays as in {@link #loopsTask}. */
  private static Task wideTask(Plan plan) {
    int rowTiles = Math.ceilDiv(plan.shape().queries(), SparseAttentionWideTiles.TILE);
    return new Task(
        SparseAttentionWideTiles.class,
        "attend",
        Grid.groups(rowTiles, plan.shape().heads(), SparseAttentionWideTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                SparseAttentionWideTiles::attend,
                arguments.context(),
                arguments.f32("q"),
                arguments.f32("k"),
                arguments.f32("v"),
                arguments.bytes(plan.mask()),
                arguments.f32("o"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** The first dimensions of a program that holds an attention task. */
  public static List<Integer> dims(Plan plan) {
    AttentionShape shape = plan.shape();
    return List.of(
        shape.heads(),
        shape.keyHeads(),
        shape.tokens(),
        shape.headSize(),
        shape.causal() ? 1 : 0,
        plan.decides(),
        plan.block(),
        plan.blocks(),
        shape.queries());
  }

  private static Program program(Plan plan, Task task) {
    return new Program(List.of(task), standIns(plan), dims(plan), List.of(plan.shape().scale()));
  }

  /** The arrays that stand where the plan has neither port nor scratch of its own. */
  public static Map<String, TensorType> standIns(Plan plan) {
    Map<String, TensorType> arrays = maskStandIn(plan);
    if (plan.index().equals(NO_INDEX)) {
      arrays.put(NO_INDEX, new TensorType(ElementType.I32, List.of(1L)));
    }
    return arrays;
  }

  static Map<String, TensorType> maskStandIn(Plan plan) {
    Map<String, TensorType> arrays = new LinkedHashMap<>();
    if (plan.mask().equals(NO_MASK)) {
      arrays.put(NO_MASK, new TensorType(ElementType.U8, List.of(1L)));
    }
    return arrays;
  }

  /** q, o and k, v read or written once. */
  public static double tensorBytes(AttentionShape shape) {
    double rows =
        (double) shape.heads() * shape.queries() + (double) shape.keyHeads() * shape.tokens();
    return 4.0 * 2 * rows * shape.headSize();
  }

  /** Magnitudes hold what a rounding error in a logit does to the output, so one row serves all. */
  public static Tolerance outputTolerance() {
    return Tolerance.anyEngine(
        "o",
        Float.MIN_NORMAL,
        2e-6,
        "sums of D products and of L weights, each a few units in the last place; devices may flush"
            + " what is below the smallest normal number");
  }
}
