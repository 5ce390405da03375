package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
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
import java.util.List;
import java.util.Map;

/**
 * {@code xattention.select}: the fewest blocks of each block row that hold a share of its estimated
 * mass (XAttention, arXiv 2503.16428, section 2.2 and algorithm 1).
 *
 * <p>In: mass f32[H,NB,NB], at least zero; thresholds f32[H] in [0, 1], optional. Parameter
 * threshold in (0, 1] where thresholds are not given. Out: mask u8[H,NB,NB], 1 = kept.
 *
 * <p>A causal call allows the columns up to the diagonal (masses beyond it are not read) and keeps
 * column 0 and the diagonal whatever they hold. The other allowed columns are taken by descending
 * mass, equal ones by ascending index, while what is kept holds less than threshold times the mass
 * of all allowed columns. A threshold of one keeps every allowed block; a head's threshold of zero
 * the forced ones only.
 */
public final class BlockSelection implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("xattention.select", "blocks that hold a share of each row's mass")
          .in("mass", ElementType.F32, "H", "NB", "NB")
          .optionalIn("thresholds", ElementType.F32, "H")
          .out("mask", ElementType.U8, "H", "NB", "NB")
          .parameter(XAttentionParameters.threshold())
          .parameter(AttentionShape.causalParameter())
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** A sort of each row: NB log₂ NB comparisons, and one sum. */
  @Override
  public Cost cost(Sizes sizes) {
    double blocks = sizes.dim("NB");
    double rows = sizes.dim("H") * blocks;
    double operations = rows * blocks * (2 + Math.log(Math.max(2, blocks)) / Math.log(2));
    return new Cost(operations, 5 * rows * blocks);
  }

  @Override
  public Reference reference() {
    return new BlockSelectionReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(Tolerance.exact("mask"));
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    InputChecks.requireRange(id(), "mass", inputs.get("mass"), 0, Float.MAX_VALUE);
    if (sizes.given("thresholds")) {
      InputChecks.requireRange(id(), "thresholds", inputs.get("thresholds"), 0, 1);
    }
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("host", BlockSelectionHost::run),
        new Variant.Device(
            "tiles",
            (sizes, device) -> {
              Support indexable = indexable(sizes);
              return indexable.supported()
                  ? XAttentionPrograms.selectTilesFit(sizes, device)
                  : indexable;
            },
            sizes ->
                XAttentionPrograms.of(
                    sizes,
                    XAttentionPrograms.selectScratch(sizes),
                    XAttentionPrograms.selectTiles(sizes, "mass"))),
        new Variant.Device(
            "loops",
            (sizes, device) -> indexable(sizes),
            sizes ->
                XAttentionPrograms.of(
                    sizes,
                    XAttentionPrograms.selectScratch(sizes),
                    XAttentionPrograms.selectLoops(sizes, "mass"))));
  }

  private static Support indexable(Sizes sizes) {
    return DeviceLimits.indexable(sizes.dim("H"), sizes.dim("NB") * sizes.dim("NB"));
  }

  /** The threshold of one head. */
  static double threshold(Call call, int head) {
    return call.has("thresholds")
        ? call.in("thresholds").f32(head)
        : call.sizes().real("threshold");
  }
}
