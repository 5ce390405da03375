package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Softmax attention over the blocks of keys that a mask keeps; within the diagonal block causality
 * holds element by element. A row that keeps no visible key gives zeros and is counted.
 */
public final class BlockSparseAttention implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("attention.block_sparse", "softmax attention over the blocks that a mask keeps")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .in("mask", ElementType.U8, "H", "NB", "NB")
          .parameter(Parameter.integer("block", 128, 1, 1 << 20, "tokens of a block"))
          .parameter(AttentionShape.causalParameter())
          .parameter(AttentionShape.scaleParameter())
          .derive("NB", sizes -> Math.ceilDiv(sizes.dim("L"), (long) sizes.integer("block")))
          .require(AttentionShape::headsComplaint)
          .out("o", ElementType.F32, "H", "L", "D")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The dense cost: what the mask saves is known only with the mask, as {@code density}. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = AttentionShape.of(sizes);
    double operations = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    double maskBytes = (double) sizes.dim("H") * sizes.dim("NB") * sizes.dim("NB");
    return new Cost(operations, AttentionPrograms.tensorBytes(shape) + maskBytes);
  }

  @Override
  public Reference reference() {
    return SparseAttentionReference.blockSparse();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(AttentionPrograms.outputTolerance(), TensorCorePrograms.outputTolerance());
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> SparseAttentionSimd.workspaceBytes(AttentionShape.of(sizes)),
            BlockSparseAttention::simd),
        AttentionPrograms.wide(AttentionPrograms::masked),
        AttentionPrograms.tiles(AttentionPrograms::masked),
        AttentionPrograms.rows(AttentionPrograms::masked),
        Variant.Device.loops(sizes -> AttentionPrograms.loops(AttentionPrograms.masked(sizes))),
        TensorCorePrograms.variant(AttentionPrograms::masked));
  }

  /** The operations on the pairs that the mask keeps. */
  @Override
  public Cost workDone(Call call) {
    Cost dense = cost(call.sizes());
    return new Cost(dense.operations() * density(call), dense.bytes());
  }

  /**
   * {@code density}: share of the visible pairs that is kept; {@code recall} and {@code
   * lowest_head_recall}: share of the attention weight that is kept; {@code empty_rows}.
   */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = AttentionShape.of(call.sizes());
    BlockMask mask = mask(call);
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(call.in("q"), call.in("k"), shape, mask);
    return List.of(
        new Metric("density", density(call)),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()),
        new Metric("empty_rows", mask.emptyRows(shape)));
  }

  private static double density(Call call) {
    AttentionShape shape = AttentionShape.of(call.sizes());
    BlockMask mask = mask(call);
    return IntStream.range(0, shape.heads())
        .mapToDouble(head -> mask.density(shape, head))
        .average()
        .orElseThrow();
  }

  private static void simd(Call call, HostThreads threads) {
    AttentionShape shape = AttentionShape.of(call.sizes());
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        shape,
        KeyRuns.of(shape, mask(call)),
        threads);
  }

  private static BlockMask mask(Call call) {
    return new BlockMask(call.in("mask"), call.sizes().integer("block"));
  }
}
