package dev.squall.kernels.attention;

import dev.squall.kernels.attention.AttentionPrograms.Plan;
import dev.squall.kernels.launch.Grid;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Attention in half precision as a program: keys and values packed, kept blocks listed, then {@link
 * SparseAttentionTensorCores}.
 */
final class TensorCorePrograms {
  private static final String HALF_KEYS = "half_keys";
  private static final String HALF_VALUES = "half_values";
  private static final String KEPT_BLOCKS = "kept_blocks";

  /** Tokens that count as a block where no mask says how many do. */
  private static final int BLOCK = 128;

  private TensorCorePrograms() {}

  /** The variant, refused where the fragments do not fit. */
  static Variant.Device variant(Function<Sizes, Plan> planOf) {
    return Variant.Device.tensorCores(
        SparseAttentionTensorCores.ITEMS,
        SparseAttentionTensorCores.LOCAL_BYTES,
        sizes -> support(planOf.apply(sizes)),
        sizes -> program(planOf.apply(sizes)));
  }

  private static Support support(Plan plan) {
    AttentionShape shape = plan.shape();
    if (shape.headSize() != SparseAttentionTensorCores.HEAD_SIZE) {
      return Support.no(
          "head size %d is not the %d that the fragments are laid out for"
              .formatted(shape.headSize(), SparseAttentionTensorCores.HEAD_SIZE));
    }
    if (shape.queries() != shape.tokens()) {
      return Support.no("no chunks of queries behind earlier tokens");
    }
    if (!(shape.scale() > 0)) {
      return Support.no("scale %s is not above zero".formatted(shape.scale()));
    }
    return Support.when(
        !plan.masked() || plan.block() % SparseAttentionTensorCores.ROWS == 0,
        "block %d is no multiple of the tile's %d rows"
            .formatted(plan.block(), SparseAttentionTensorCores.ROWS));
  }

  private static Program program(Plan plan) {
    Plan blocked =
        plan.masked()
            ? plan
            : new Plan(plan.shape(), plan.mask(), plan.index(), AttentionPrograms.ALL_KEYS, BLOCK);
    AttentionShape shape = plan.shape();
    int lists = blocked.masked() ? shape.heads() * blocked.blocks() : 1;
    Map<String, TensorType> scratch = AttentionPrograms.maskStandIn(plan);
    scratch.put(HALF_KEYS, halfRows(shape, shape.keyHeads()));
    scratch.put(HALF_VALUES, halfRows(shape, shape.keyHeads()));
    scratch.put(
        KEPT_BLOCKS, new TensorType(ElementType.I32, List.of((long) lists, blocked.blocks() + 1L)));
    return new Program(
        List.of(halfKeysTask(shape), keptBlocksTask(plan, lists), attendTask(shape)),
        scratch,
        AttentionPrograms.dims(blocked),
        List.of(shape.scale()));
  }

  private static TensorType halfRows(AttentionShape shape, int heads) {
    long words = shape.headSize() / 4;
    return new TensorType(ElementType.I64, List.of((long) heads, (long) halfRows(shape), words));
  }

  private static int halfRows(AttentionShape shape) {
    int rows = SparseAttentionTensorCores.ROWS;
    return Math.ceilDiv(shape.tokens(), rows) * rows;
  }

  private static Task halfKeysTask(AttentionShape shape) {
    return new Task(
        HalfRowsLoops.class,
        "packKeys",
        Grid.loops(shape.headSize() / 4, halfRows(shape), shape.keyHeads()),
        (graph, id, arguments) ->
            graph.task(
                id,
                HalfRowsLoops::packKeys,
                arguments.f32("k"),
                arguments.f32("v"),
                arguments.i64(HALF_KEYS),
                arguments.i64(HALF_VALUES),
                arguments.dims()));
  }

  private static Task keptBlocksTask(Plan plan, int lists) {
    return new Task(
        KeptBlocksTiles.class,
        "list",
        Grid.groups(lists, KeptBlocksTiles.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                KeptBlocksTiles::list,
                arguments.context(),
                arguments.bytes(plan.mask()),
                arguments.i32(KEPT_BLOCKS),
                arguments.dims()));
  }

  private static Task attendTask(AttentionShape shape) {
    int rowTiles = Math.ceilDiv(shape.tokens(), SparseAttentionTensorCores.ROWS);
    return new Task(
        SparseAttentionTensorCores.class,
        "attend",
        Grid.groups(shape.heads(), rowTiles, SparseAttentionTensorCores.ITEMS),
        (graph, id, arguments) ->
            graph.task(
                id,
                SparseAttentionTensorCores::attend,
                arguments.context(),
                arguments.f32("q"),
                arguments.i64(HALF_KEYS),
                arguments.i64(HALF_VALUES),
                arguments.i32(KEPT_BLOCKS),
                arguments.f32("o"),
                arguments.dims(),
                arguments.scalars()));
  }

  /** As {@link AttentionPrograms#outputTolerance}, where factors are rounded to half precision. */
  static Tolerance outputTolerance() {
    return Tolerance.half(
        "o",
        1e-5,
        2e-3,
        "a relative 2⁻¹¹ for each of a logit's two factors, a weight and a value, and for what they"
            + " do to one another; weights below 2⁻¹⁴ of the largest lose more, 2⁻²⁵ each");
  }
}
