package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.launch.Task;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import java.util.List;

/**
 * {@code xattention.scores}: how much attention the tokens of one query group pay to those of one
 * key group, estimated from the logits on the antidiagonal of their S × S tile (XAttention, arXiv
 * 2503.16428, section 2.1).
 *
 * <p>In: q f32[H,L,D], k f32[Hk,L,D]; query head h reads key head h / (H / Hk). Out: scores
 * f32[H,G,G] with G = ⌈L / S⌉, −∞ where a causal call excludes the tile (key group after the query
 * group).
 *
 * <p>Estimate {@code mean}: X[i,j] = scale / S · Σ_s q[iS + S−1−s] · k[jS + s] for s = 0 … S−1.
 * Tokens beyond L are rows of zeros, and the diagonal tile sums its acausal pairs too, as in the
 * paper.
 *
 * <p>Parameter {@code phases}: which logits the mean estimate samples instead, for comparison.
 * {@code diagonal} q[iS + s] · k[jS + s]; {@code random} q[iS + π(s)] · k[jS + s] with a
 * permutation π that depends on S alone; {@code double} and {@code triple} add to k[jS + s] the key
 * of the phase after it, and of the one before it, around the group's end.
 *
 * <p>Estimate {@code logmeanexp}: X[i,j] = log( (1/n) Σ exp(l) ) + log( cells / S² ) over the n
 * logits l of the same pairs that are in range and causal; cells counts all (query, key) pairs of
 * the tile that are. exp(X) is then an unbiased sample of the tile's attention mass over S². A
 * group of g tokens meeting itself takes the pairs (g−1−s, s), in a causal call those with s ≤
 * g−1−s: n = ⌈g/2⌉ of g(g+1)/2 cells.
 */
public final class AntidiagonalScores implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of(
              "xattention.scores", "scores of stride × stride tiles from their antidiagonal logits")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .out("scores", ElementType.F32, "H", "G", "G")
          .parameter(XAttentionParameters.stride())
          .parameter(AttentionShape.causalParameter())
          .parameter(AttentionShape.scaleParameter())
          .parameter(XAttentionParameters.estimate("mean", "logmeanexp"))
          .parameter(Phases.parameter())
          .derive("G", sizes -> Math.ceilDiv(sizes.dim("L"), sizes.integer("stride")))
          .require(AttentionShape::headsComplaint)
          .require(Phases::complaint)
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** Multiply-adds of the sampled logits, and their exponentials. */
  @Override
  public Cost cost(Sizes sizes) {
    double heads = sizes.dim("H");
    double groups = sizes.dim("G");
    double tiles = sizes.flag("causal") ? groups * (groups + 1) / 2 : groups * groups;
    double logits = heads * tiles * sizes.integer("stride");
    double exponentials = Estimate.of(sizes) == Estimate.LOG_MEAN_EXP ? logits : 0;
    double elements =
        (heads + sizes.dim("Hk")) * sizes.dim("L") * sizes.dim("D") + heads * groups * groups;
    return new Cost(2 * logits * sizes.dim("D") + exponentials, 4 * elements);
  }

  @Override
  public Reference reference() {
    return new AntidiagonalScoresReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.anyEngine(
            "scores",
            2e-6,
            6e-6,
            "fp32 rounding of up to 8192 products grows as a random walk, √8192 · 2⁻²⁴ of the sum"
                + " of their magnitudes; 2e-6 for one exponential and one logarithm"),
        Tolerance.half(
            "scores",
            1e-6,
            1e-3,
            "a relative 2⁻¹¹ for each factor, and 2⁻²⁴ absolute below the smallest normal number"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd", AntidiagonalScoresSimd::workspaceBytes, AntidiagonalScoresSimd::run),
        new Variant.Device("wide", AntidiagonalScores::wideFit, AntidiagonalScores::wide)
            .needing(AntidiagonalScoresWideTiles.REGISTERS),
        new Variant.Device("tiles", AntidiagonalScores::tilesFit, AntidiagonalScores::tiles)
            .using(AntidiagonalScoresTiles.REGISTERS),
        new Variant.Device("rows", AntidiagonalScores::rowsFit, AntidiagonalScores::rows),
        new Variant.Device("loops", (sizes, device) -> indexable(sizes), AntidiagonalScores::loops),
        Variant.Device.tensorCores(
            AntidiagonalScoresTensorCores.ITEMS,
            AntidiagonalScoresTensorCores.LOCAL_BYTES,
            AntidiagonalScores::tensorCoresFit,
            AntidiagonalScores::tensorCores));
  }

  private static Support indexable(Sizes sizes) {
    long groups = sizes.dim("G");
    return DeviceLimits.indexable(
        sizes.dim("H"), Math.max(groups * groups, sizes.dim("L") * sizes.dim("D")));
  }

  private static Support tilesFit(Sizes sizes, DeviceTraits device) {
    return groupsFit(
        sizes, device, AntidiagonalScoresTiles.ITEMS, AntidiagonalScoresTiles.LOCAL_BYTES);
  }

  private static Support wideFit(Sizes sizes, DeviceTraits device) {
    return Estimate.of(sizes) == Estimate.MEAN && Phases.of(sizes).keys() == 1
        ? groupsFit(
            sizes,
            device,
            AntidiagonalScoresWideTiles.ITEMS,
            AntidiagonalScoresWideTiles.LOCAL_BYTES)
        : Support.no("sums mean scores of one key a query alone");
  }

  private static Support tensorCoresFit(Sizes sizes) {
    if (Estimate.of(sizes) != Estimate.MEAN || Phases.of(sizes) != Phases.ANTIDIAGONAL) {
      return Support.no("sums mean scores of antidiagonals alone");
    }
    long features = AntidiagonalScoresTensorCores.FEATURES;
    return sizes.dim("D") % features == 0
        ? indexable(sizes)
        : Support.no("head size %d is no multiple of %d".formatted(sizes.dim("D"), features));
  }

  private static Support groupsFit(Sizes sizes, DeviceTraits device, int items, long localBytes) {
    Support indexable = indexable(sizes);
    return indexable.supported() ? DeviceLimits.workGroups(device, items, localBytes) : indexable;
  }

  /** The panels are the largest buffers: whole tiles of whole groups. */
  private static Support rowsFit(Sizes sizes, DeviceTraits device) {
    if (Phases.of(sizes) != Phases.ANTIDIAGONAL) {
      return Support.no("samples antidiagonals alone");
    }
    long tile = AntidiagonalScoresRowTiles.TILE;
    long padded = Math.ceilDiv(sizes.dim("G"), tile) * tile * sizes.integer("stride");
    Support panels = DeviceLimits.indexable(sizes.dim("H"), padded * sizes.dim("D"));
    Support indexable = indexable(sizes);
    if (!indexable.supported() || !panels.supported()) {
      return indexable.supported() ? panels : indexable;
    }
    return DeviceLimits.workGroups(device, AntidiagonalScoresRowTiles.TILE, 0);
  }

  private static Program rows(Sizes sizes) {
    return XAttentionPrograms.of(
        sizes,
        XAttentionPrograms.panelScratch(sizes),
        XAttentionPrograms.scoresRows(Groups.of(sizes)).toArray(Task[]::new));
  }

  private static Program tensorCores(Sizes sizes) {
    return XAttentionPrograms.of(
        sizes,
        XAttentionPrograms.halfScratch(sizes),
        XAttentionPrograms.scoresTensorCores(Groups.of(sizes)).toArray(Task[]::new));
  }

  private static Program loops(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    return XAttentionPrograms.of(sizes, XAttentionPrograms.scoresLoops(groups));
  }

  private static Program wide(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    return XAttentionPrograms.of(sizes, XAttentionPrograms.scoresWide(groups));
  }

  private static Program tiles(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    return XAttentionPrograms.of(sizes, XAttentionPrograms.scoresTiles(groups));
  }
}
