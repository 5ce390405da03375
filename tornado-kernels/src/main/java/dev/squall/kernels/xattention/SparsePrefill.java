package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.SparseAttentionTiles;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.DeviceTraits;
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
import java.util.stream.Stream;

/**
 * {@code xattention.prefill}: attention over the blocks that antidiagonal scoring finds important
 * (XAttention, arXiv 2503.16428): scores, block masses and selection as in {@link
 * AntidiagonalScores}, {@link BlockMass} and {@link BlockSelection}, then softmax attention over
 * the kept blocks, causal element by element within the diagonal block.
 *
 * <p>In: q f32[H,Q,D], k and v f32[Hk,L,D], optional thresholds f32[H] in [0, 1]. Out: o
 * f32[H,Q,D]; mask u8[H,QB,NB], NB = ⌈L / block⌉; density f32[H], the share of the (query, key)
 * pairs that are kept, of those that a causal call may see. A row that keeps no key (possible with
 * a threshold of zero in a call that is not causal) gives zeros.
 *
 * <p>The queries are the last Q of the L tokens: all of them, or a chunk behind the cached keys of
 * earlier ones, of any length. Groups and blocks are always cut from the first token; QB are the
 * blocks that hold queries. A group whose first tokens have no queries here is scored by those that
 * it has, so that a chunk which begins at a block's start selects as the whole prompt would.
 *
 * <p>Block rows that hold any of the last {@code dense_tail} tokens keep all allowed blocks: the
 * tokens that the answer starts from see everything. A caller that computes the same tokens again
 * and again, as diffusion does, counts its passes from zero in {@code pass}: the first {@code
 * dense_passes} keep all blocks, since what they decide cannot be put right later.
 *
 * <p>With {@code mask_sharing = group} the query heads of a key head have one mask: the one that
 * their masses, summed block by block, come to, with the largest of their thresholds.
 *
 * <p>The kept blocks are those with the largest estimates, so that overestimated ones crowd in, and
 * they hold less than was estimated. A {@code margin} m answers that: a block counts for its mass
 * less m times what half of its samples say otherwise, m · |mass from the first ⌊S/2⌋ phases −
 * mass|, at least zero, while blocks are taken until they hold the threshold; the order stays, and
 * so does what the forced blocks count for. Heads that are estimated well keep what they kept.
 */
public final class SparsePrefill implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("xattention.prefill", "attention over blocks that antidiagonal scoring selects")
          .in("q", ElementType.F32, "H", "Q", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .optionalIn("thresholds", ElementType.F32, "H")
          .out("o", ElementType.F32, "H", "Q", "D")
          .out("mask", ElementType.U8, "H", "QB", "NB")
          .out("density", ElementType.F32, "H")
          .parameter(XAttentionParameters.stride())
          .parameter(XAttentionParameters.block())
          .parameter(XAttentionParameters.threshold())
          .parameter(AttentionShape.causalParameter())
          .parameter(AttentionShape.scaleParameter())
          .parameter(XAttentionParameters.estimate("logmeanexp", "mean"))
          .parameter(Phases.parameter())
          .parameter(denseTail())
          .parameter(densePasses())
          .parameter(pass())
          .parameter(maskSharing())
          .parameter(marginParameter())
          .derive("G", sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("stride")))
          .derive("NB", sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("block")))
          .derive("QB", sizes -> sizes.dim("NB") - SparsePrefill.firstRow(sizes))
          .require(AttentionShape::headsComplaint)
          .require(SparsePrefill::queriesComplaint)
          .require(XAttentionParameters::blockComplaint)
          .require(Phases::complaint)
          .require(SparsePrefill::marginComplaint)
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The scores of the query groups that there are. */
  private static double search(Sizes sizes) {
    AttentionShape shape = AttentionShape.of(sizes);
    double share = shape.visiblePairs() / shape.withQueries(shape.tokens()).visiblePairs();
    return new AntidiagonalScores().cost(sizes).operations() * share;
  }

  /** The search, and attention as if dense: what selection saves is known only afterwards. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = AttentionShape.of(sizes);
    double attention = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    double search = search(sizes);
    double mask = (double) sizes.dim("H") * sizes.dim("QB") * sizes.dim("NB");
    return new Cost(attention + search, AttentionPrograms.tensorBytes(shape) + mask);
  }

  /** The search, and attention on the pairs that were kept. */
  @Override
  public Cost workDone(Call call) {
    Sizes sizes = call.sizes();
    AttentionShape shape = AttentionShape.of(sizes);
    double kept = 0;
    for (int head = 0; head < shape.heads(); head++) {
      kept += call.out("density").f32(head) * shape.visiblePairs();
    }
    double search = search(sizes);
    return new Cost(search + 4.0 * shape.headSize() * kept, cost(sizes).bytes());
  }

  @Override
  public Reference reference() {
    return new SparsePrefillReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        outputTolerance(),
        Tolerance.exact("mask"),
        Tolerance.anyEngine(
            "density", 0, 1e-5, "sums of up to a thousand block rows in single precision"));
  }

  static Tolerance outputTolerance() {
    return Tolerance.anyEngine(
        "o", 1e-6, 2e-5, "logits up to 100 carry 1e-5 of relative error into the weights");
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    if (sizes.given("thresholds")) {
      InputChecks.requireRange(id(), "thresholds", inputs.get("thresholds"), 0, 1);
    }
  }

  /** {@code density}: the mean of the heads. */
  @Override
  public List<Metric> metrics(Call call) {
    Tensor density = call.out("density");
    double sum = 0;
    for (long head = 0; head < density.elements(); head++) {
      sum += density.f32(head);
    }
    return List.of(new Metric("density", sum / density.elements()));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", SparsePrefillSimd::workspaceBytes, SparsePrefillSimd::run),
        new Variant.Device("tiles", SparsePrefill::tilesFit, SparsePrefillPrograms::tiles),
        new Variant.Device(
            "loops", (sizes, device) -> indexable(sizes), SparsePrefillPrograms::loops));
  }

  /** The block of the first query. */
  static int firstRow(Sizes sizes) {
    return (int) (Math.max(0, sizes.dim("L") - sizes.dim("Q")) / sizes.integer("block"));
  }

  static Parameter denseTail() {
    return Parameter.integer(
        "dense_tail", 0, 0, Integer.MAX_VALUE, "last tokens whose blocks stay dense");
  }

  static Parameter densePasses() {
    return Parameter.integer(
        "dense_passes", 0, 0, Integer.MAX_VALUE, "first passes that keep all blocks");
  }

  static Parameter pass() {
    return Parameter.integer(
        "pass", 0, 0, Integer.MAX_VALUE, "which pass of an iterative caller this is");
  }

  private static Parameter maskSharing() {
    return Parameter.choice(
        "mask_sharing",
        "whether each query head has a mask of its own or all of a key head have one",
        "head",
        "group");
  }

  private static Parameter marginParameter() {
    return Parameter.real(
        "margin", 0, 0, 1, "part of the doubt in a block's mass that it is counted less for");
  }

  static double margin(Sizes sizes) {
    return sizes.real("margin");
  }

  private static String marginComplaint(Sizes sizes) {
    return margin(sizes) == 0
            || Estimate.of(sizes) == Estimate.LOG_MEAN_EXP && sizes.integer("stride") > 1
        ? null
        : "margin = %s needs estimate = logmeanexp and a stride of at least 2"
            .formatted(margin(sizes));
  }

  /** Query heads that have one mask. */
  static int headsOfMask(Sizes sizes) {
    return sizes.choice("mask_sharing").equals("group")
        ? sizes.extent("H") / sizes.extent("Hk")
        : 1;
  }

  static String queriesComplaint(Sizes sizes) {
    return sizes.dim("Q") <= sizes.dim("L")
        ? null
        : "queries Q = %d are more than tokens L = %d".formatted(sizes.dim("Q"), sizes.dim("L"));
  }

  /** The first block row that keeps all allowed blocks, NB if none does. */
  static int firstDenseRow(Sizes sizes) {
    if (sizes.integer("pass") < sizes.integer("dense_passes")) {
      return 0;
    }
    int tail = sizes.integer("dense_tail");
    return tail == 0
        ? sizes.extent("NB")
        : Math.max(0, sizes.extent("L") - tail) / sizes.integer("block");
  }

  /** The threshold of one block row of heads [head, endHead), which share a mask. */
  static double threshold(Call call, int head, int endHead, int row) {
    double most = 0;
    for (int each = head; each < endHead; each++) {
      most = Math.max(most, threshold(call, each, row));
    }
    return most;
  }

  /** The threshold of one block row of one head. */
  static double threshold(Call call, int head, int row) {
    return row >= firstDenseRow(call.sizes()) ? 1 : BlockSelection.threshold(call, head);
  }

  private static Support indexable(Sizes sizes) {
    long groups = sizes.dim("G");
    long tokens = sizes.dim("L");
    long ofHead =
        Math.max(
            Math.max(groups * groups, tokens * sizes.dim("D")), tokens * sizes.integer("block"));
    return DeviceLimits.indexable(XAttentionPrograms.scoredHeads(sizes), ofHead);
  }

  private static Support tilesFit(Sizes sizes, DeviceTraits device) {
    return Stream.of(
            indexable(sizes),
            Support.when(
                sizes.dim("Q") == sizes.dim("L"), "tiles score whole prompts, not chunks of one"),
            DeviceLimits.workGroups(
                device, AntidiagonalScoresTiles.ITEMS, AntidiagonalScoresTiles.LOCAL_BYTES),
            BlockMass.massTilesFit(sizes, device),
            AttentionPrograms.tilesSupport(SparsePrefillPrograms.attention(sizes)),
            DeviceLimits.workGroups(
                device, SparseAttentionTiles.ITEMS, SparseAttentionTiles.LOCAL_BYTES))
        .filter(support -> !support.supported())
        .findFirst()
        .orElse(Support.yes());
  }
}
