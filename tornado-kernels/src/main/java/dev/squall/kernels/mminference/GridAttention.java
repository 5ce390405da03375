package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.attention.SparseAttentionSimd;
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

/**
 * {@code mminference.grid}: causal attention along the lines of a grid (MMInference, arXiv
 * 2504.16083, section 3 and algorithm 5), as frames of a video make them when they are flattened.
 *
 * <p>In: q f32[H,L,D], k and v f32[Hk,L,D]. Tokens t with t mod stride = phase are line tokens.
 * Query i keeps key j ≤ i if {@code hline} and i is a line token, or {@code vline} and j is one, or
 * {@code slash} and i − j is a multiple of the stride; and always itself. A stride of one is dense
 * attention. Out: o f32[H,L,D].
 */
public final class GridAttention implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("mminference.grid", "attention along the lines of a grid")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .parameter(Parameter.integer("stride", 8, 1, 1 << 20, "tokens between lines"))
          .parameter(Parameter.integer("phase", 0, 0, 1 << 20, "first line token"))
          .parameter(Parameter.flag("hline", true, "line tokens attend to all keys"))
          .parameter(Parameter.flag("vline", true, "all tokens attend to line tokens"))
          .parameter(
              Parameter.flag("slash", true, "tokens attend to those whole strides before them"))
          .parameter(AttentionShape.scaleParameter())
          .require(AttentionShape::headsComplaint)
          .require(GridLines::complaint)
          .out("o", ElementType.F32, "H", "L", "D")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** 4 D operations a kept pair. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    double pairs = shape.visiblePairs() * density(sizes);
    return new Cost(
        4.0 * shape.headSize() * shape.heads() * pairs, AttentionPrograms.tensorBytes(shape));
  }

  private static double density(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    return KeptPairs.density(shape, new GridIndex(shape, GridLines.of(sizes)), 0);
  }

  @Override
  public Reference reference() {
    return new GridAttentionReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(AttentionPrograms.outputTolerance());
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes -> SparseAttentionSimd.workspaceBytes(MminferenceShape.of(sizes)),
            GridAttention::simd),
        new Variant.Device(
            "loops", (sizes, device) -> GridPrograms.support(sizes), GridPrograms::attention));
  }

  /**
   * {@code density}; {@code recall} and {@code lowest_head_recall}: share of the attention weight
   * that is kept.
   */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(
            call.in("q"),
            call.in("k"),
            shape,
            GridAttentionReference.kept(GridLines.of(call.sizes())));
    return List.of(
        new Metric("density", density(call.sizes())),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()));
  }

  private static void simd(Call call, HostThreads threads) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        shape,
        new GridIndex(shape, GridLines.of(call.sizes())),
        threads);
  }
}
