package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.InputChecks;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * {@code xattention.block_mass}: the attention mass that each block is estimated to hold
 * (XAttention, arXiv 2503.16428, section 2.2).
 *
 * <p>In: scores f32[H,G,G] of stride × stride tiles. Out: mass f32[H,NB,NB], NB = ⌈G / b⌉ with b =
 * block / stride: the sums over b × b groups of the row softmax of the scores. A causal call reads
 * the scores with j ≤ i only; its masses beyond the diagonal are zero. A score may be −∞, a whole
 * row may not. Each row of masses sums to the number of query groups in its block.
 */
public final class BlockMass implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("xattention.block_mass", "softmax of tile scores, summed over blocks")
          .in("scores", ElementType.F32, "H", "G", "G")
          .out("mass", ElementType.F32, "H", "NB", "NB")
          .parameter(XAttentionParameters.stride())
          .parameter(XAttentionParameters.block())
          .parameter(AttentionShape.causalParameter())
          .derive("NB", sizes -> Math.ceilDiv(sizes.dim("G"), groupsPerBlock(sizes)))
          .require(XAttentionParameters::blockComplaint)
          .build();

  /** Groups of a block b; at least one even where the condition between stride and block fails. */
  static int groupsPerBlock(Sizes sizes) {
    return Math.max(1, sizes.integer("block") / sizes.integer("stride"));
  }

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Three operations a score: compare, exponential, add. */
  @Override
  public Cost cost(Sizes sizes) {
    double heads = sizes.dim("H");
    double groups = sizes.dim("G");
    double blocks = sizes.dim("NB");
    double scores = heads * (sizes.flag("causal") ? groups * (groups + 1) / 2 : groups * groups);
    return new Cost(3 * scores, 4 * (scores + heads * blocks * blocks));
  }

  @Override
  public Reference reference() {
    return new BlockMassReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "mass",
            1e-6,
            1e-5,
            "an exponent y carries y · 2⁻²³ into its exponential; masses above 1e-6 have |y| < 21,"
                + " and sums of positive terms add 2⁻²⁴ a term at worst"));
  }

  /** Scores are finite or −∞, and each row has a finite one among those it may see. */
  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Tensor scores = inputs.get("scores");
    long groups = sizes.dim("G");
    for (long row = 0; row < sizes.dim("H") * groups; row++) {
      long allowed = sizes.flag("causal") ? row % groups + 1 : groups;
      boolean finite = false;
      for (long index = row * groups; index < row * groups + allowed; index++) {
        float score = scores.f32(index);
        if (Float.isNaN(score) || score == Float.POSITIVE_INFINITY) {
          throw invalid("has " + score, scores, index);
        }
        finite |= score != Float.NEGATIVE_INFINITY;
      }
      if (!finite) {
        throw invalid("has only -Infinity in the row", scores, row * groups);
      }
    }
  }

  private SquallException invalid(String problem, Tensor scores, long index) {
    return SquallException.invalidInput(
        "%s: input scores %s at %s"
            .formatted(id(), problem, Arrays.toString(InputChecks.position(scores, index))));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", BlockMassSimd::workspaceBytes, BlockMassSimd::run),
        new Variant.Device(
            "tiles",
            BlockMass::tilesFit,
            sizes -> XAttentionPrograms.of(sizes, XAttentionPrograms.massTiles(sizes))),
        new Variant.Device(
            "loops",
            (sizes, device) -> indexable(sizes),
            sizes ->
                XAttentionPrograms.of(
                    sizes,
                    XAttentionPrograms.rowScratch(sizes),
                    XAttentionPrograms.massRowsLoops(sizes),
                    XAttentionPrograms.massBlocksLoops(sizes))));
  }

  private static Support indexable(Sizes sizes) {
    return DeviceLimits.indexable(sizes.dim("H"), sizes.dim("G") * sizes.dim("G"));
  }

  private static Support tilesFit(Sizes sizes, DeviceTraits device) {
    Support indexable = indexable(sizes);
    return indexable.supported() ? massTilesFit(sizes, device) : indexable;
  }

  /** Whether a block row's local memory and work-items fit. */
  static Support massTilesFit(Sizes sizes, DeviceTraits device) {
    int side = groupsPerBlock(sizes);
    return side > BlockMassTiles.LARGEST_SIDE
        ? Support.no(
            "%d groups a block are above the %d that local memory is laid out for"
                .formatted(side, BlockMassTiles.LARGEST_SIDE))
        : DeviceLimits.workGroups(device, BlockMassTiles.ITEMS, BlockMassTiles.LOCAL_BYTES);
  }
}
