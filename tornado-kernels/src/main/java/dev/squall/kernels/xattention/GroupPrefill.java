package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * {@code xattention.group_prefill}: causal attention over the groups of {@code stride} keys that
 * antidiagonal scoring finds important, chosen anew for each block of queries.
 *
 * <p>XAttention adds the weights of stride × stride tiles up to block × block before it chooses.
 * The columns of that sum say more: each key group's weight for the block of queries costs nothing
 * beyond it, and a choice of groups covers the same weight with far fewer keys, since what a block
 * of queries looks at is seldom as wide as a block.
 *
 * <p>In: q f32[H,Q,D], the last Q of the L tokens; k and v f32[Hk,L,D]; optional thresholds f32[H]
 * in [0, 1]. Scores and their row softmax are those of {@link AntidiagonalScores}; a group's weight
 * is its sum over the query groups of the block. Kept are the first group, the groups that hold the
 * block itself and the {@code local} tokens before it, and then the heaviest, equal ones by
 * ascending index, until they hold {@code threshold} of all weight; from threshold 1 on, and in
 * blocks that hold any of the last {@code dense_tail} tokens or in the first {@code dense_passes}
 * passes, all. Causal element by element.
 *
 * <p>Out: o f32[H,Q,D]; groups u8[H,QB,G], G = ⌈L / stride⌉; density f32[H].
 */
public final class GroupPrefill implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of(
              "xattention.group_prefill",
              "attention over key groups that antidiagonal scoring selects for a block of queries")
          .in("q", ElementType.F32, "H", "Q", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .optionalIn("thresholds", ElementType.F32, "H")
          .out("o", ElementType.F32, "H", "Q", "D")
          .out("groups", ElementType.U8, "H", "QB", "G")
          .out("density", ElementType.F32, "H")
          .parameter(XAttentionParameters.stride(16))
          .parameter(XAttentionParameters.block())
          .parameter(XAttentionParameters.threshold())
          .parameter(
              Parameter.integer(
                  "local", 64, 0, Integer.MAX_VALUE, "tokens before a block that it keeps besides"))
          .parameter(AttentionShape.scaleParameter())
          .parameter(XAttentionParameters.estimate("logmeanexp", "mean"))
          .parameter(SparsePrefill.denseTail())
          .parameter(SparsePrefill.densePasses())
          .parameter(SparsePrefill.pass())
          .derive("G", sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("stride")))
          .derive("NB", sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("block")))
          .derive("QB", sizes -> sizes.dim("NB") - SparsePrefill.firstRow(sizes))
          .require(AttentionShape::headsComplaint)
          .require(SparsePrefill::queriesComplaint)
          .require(XAttentionParameters::blockComplaint)
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The search, and attention as if dense: what selection saves is known only afterwards. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = shape(sizes);
    double attention = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    double flags = (double) sizes.dim("H") * sizes.dim("QB") * sizes.dim("G");
    return new Cost(attention + search(sizes), AttentionPrograms.tensorBytes(shape) + flags);
  }

  /** The search, and attention on the pairs that were kept. */
  @Override
  public Cost workDone(Call call) {
    Sizes sizes = call.sizes();
    AttentionShape shape = shape(sizes);
    double kept = 0;
    for (int head = 0; head < shape.heads(); head++) {
      kept += call.out("density").f32(head) * shape.visiblePairs();
    }
    return new Cost(search(sizes) + 4.0 * shape.headSize() * kept, cost(sizes).bytes());
  }

  /** A sampled logit, and its exponential, a stride of pairs. */
  private static double search(Sizes sizes) {
    AttentionShape shape = shape(sizes);
    double logits = shape.heads() * shape.visiblePairs() / sizes.integer("stride");
    return logits * (2.0 * shape.headSize() + 1);
  }

  @Override
  public Reference reference() {
    return new GroupPrefillReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        SparsePrefill.outputTolerance(),
        Tolerance.exact("groups"),
        Tolerance.anyEngine(
            "density", 0, 1e-5, "sums of up to a thousand block rows in single precision"));
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    if (sizes.given("thresholds")) {
      InputChecks.requireRange(id(), "thresholds", inputs.get("thresholds"), 0, 1);
    }
  }

  /** {@code density}; {@code recall} and {@code lowest_head_recall} of the attention weight. */
  @Override
  public List<Metric> metrics(Call call) {
    Tensor density = call.out("density");
    double sum = 0;
    for (long head = 0; head < density.elements(); head++) {
      sum += density.f32(head);
    }
    AttentionShape shape = shape(call.sizes());
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(
            call.in("q"), call.in("k"), shape, KeptKeys.of(shape, GroupIndex.of(call)));
    return List.of(
        new Metric("density", sum / density.elements()),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", GroupPrefillSimd::workspaceBytes, GroupPrefillSimd::run),
        new Variant.Device("loops", (sizes, device) -> indexable(sizes), GroupPrefill::loops));
  }

  private static Support indexable(Sizes sizes) {
    long groups = sizes.dim("G");
    long tokens = sizes.dim("L");
    long lists = sizes.dim("QB") * (1 + 3 * groups) + sizes.dim("Q");
    long ofHead = Math.max(Math.max(groups * groups, tokens * sizes.dim("D")), lists);
    return DeviceLimits.indexable(sizes.dim("H"), ofHead);
  }

  private static Program loops(Sizes sizes) {
    return GroupPrograms.of(sizes);
  }

  /** Causal: groups before a block of queries are what there is to choose from. */
  static AttentionShape shape(Sizes sizes) {
    return new AttentionShape(
        sizes.extent("H"),
        sizes.extent("Hk"),
        sizes.extent("L"),
        sizes.extent("D"),
        true,
        AttentionShape.scale(sizes),
        sizes.extent("Q"));
  }

  /** The tiles of a call. */
  static Groups groups(Sizes sizes) {
    return new Groups(
        shape(sizes), sizes.integer("stride"), Estimate.of(sizes), Phases.ANTIDIAGONAL);
  }

  /** Groups that a block row may see. */
  static int allowed(Sizes sizes, int row) {
    int side = sizes.integer("block") / sizes.integer("stride");
    return (int) Math.min(sizes.dim("G"), (row + 1L) * side);
  }

  /** The first group of those that a block row keeps for being its own or local. */
  static int own(Sizes sizes, int row) {
    long first = (long) row * sizes.integer("block") - sizes.integer("local");
    return (int) (Math.max(0, first) / sizes.integer("stride"));
  }
}
