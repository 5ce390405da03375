package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.SparseAttentionSimd;
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

/**
 * {@code frontier.block_topk}: causal attention over the blocks of keys whose mean is most like the
 * mean query (the Block-Sparse method of The Sparse Frontier, arXiv 2504.17768).
 *
 * <p>In: q f32[H,L,D], k and v f32[Hk,L,D]. Queries and keys are averaged by blocks; a block row
 * scores the blocks up to its own by the plain dot product of the means and keeps {@code top} of
 * them: its own, the first and the one before its own before all others, then by score, equal ones
 * by ascending index. A short last block is averaged over the tokens it has. {@code top} of NB or
 * more gives dense attention.
 *
 * <p>Out: o f32[H,L,D]; mask u8[H,NB,NB].
 */
public final class BlockTopk implements Kernel {
  private static final Signature SIGNATURE =
      FrontierShape.prompt("frontier.block_topk", "attention over the blocks most like the query's")
          .parameter(Parameter.integer("block", 16, 1, 1 << 16, "tokens of a block"))
          .parameter(Parameter.integer("top", 64, 1, 1 << 30, "blocks that a block row keeps"))
          .derive("NB", sizes -> Math.ceilDiv(sizes.dim("L"), (long) sizes.integer("block")))
          .out("o", ElementType.F32, "H", "L", "D")
          .out("mask", ElementType.U8, "H", "NB", "NB")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Scores, and attention on the pairs of the blocks that are kept. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    int blocks = sizes.extent("NB");
    double density = 1 - BlockBudget.sparsity(sizes.integer("top"), blocks);
    double attention = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs() * density;
    double scores = (double) shape.headSize() * shape.heads() * blocks * (blocks + 1.0);
    double mask = (double) shape.heads() * blocks * blocks;
    return new Cost(attention + scores, AttentionPrograms.tensorBytes(shape) + mask);
  }

  @Override
  public Reference reference() {
    return new BlockTopkReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(AttentionPrograms.outputTolerance(), Tolerance.exact("mask"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> SparseAttentionSimd.workspaceBytes(FrontierShape.of(sizes)),
            BlockTopkSimd::run),
        new Variant.Device(
            "loops", (sizes, device) -> BlockPrograms.support(sizes), BlockPrograms::loops));
  }

  /**
   * {@code density}; {@code recall} and {@code lowest_head_recall}: share of the attention weight
   * that is kept; {@code sparsity}: by the original's formula.
   */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    BlockMask mask = new BlockMask(call.out("mask"), call.sizes().integer("block"));
    double density = 0;
    for (int head = 0; head < shape.heads(); head++) {
      density += mask.density(shape, head) / shape.heads();
    }
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(call.in("q"), call.in("k"), shape, mask);
    return List.of(
        new Metric("density", density),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()),
        new Metric(
            "sparsity",
            BlockBudget.sparsity(call.sizes().integer("top"), call.sizes().extent("NB"))));
  }

  /** In which order the block of column {@code column} is taken before all others, −1 if not. */
  static int rank(int row, int column) {
    if (column == row) {
      return 0;
    }
    if (column == 0) {
      return 1;
    }
    return column == row - 1 ? 2 : -1;
  }
}
