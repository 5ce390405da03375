package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.error.SquallException;
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
import dev.squall.kernels.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * {@code mminference.boundary}: causal attention with a pattern of its own for each head and each
 * pair of modalities (MMInference, arXiv 2504.16083, section 3.2).
 *
 * <p>In: q f32[H,L,D], k and v f32[Hk,L,D]; modality i32[L], at least zero and below the M of the
 * plan. Parameter {@code plan}: {@link BoundaryPlan}. Parameter {@code kind} says what modalities
 * part: {@code q} the queries into groups, {@code 2d} queries into groups and keys into regions;
 * with {@code none} and {@code k} all tokens are one group and one region, with the pattern of the
 * pair (0, 0). With {@code q} group m has the pattern of the pair (m, m) over all keys.
 *
 * <p>A key counts by its rank b among the keys of its region, a query by c, the rank of the last
 * key of the region that it sees; causality is that of the tokens themselves. Queries of a group
 * are taken in tiles of 64, whose keys are the union over their range of c, from c₀ to c₁: width w
 * = max(64, c₁ − c₀ + 1), end e = c₀ + w.
 *
 * <ul>
 *   <li>dense: b &lt; e; none: no key.
 *   <li>A-shape: b &lt; sink and c₀ − local &lt; b &lt; e.
 *   <li>vertical-slash: the conversion of {@link dev.squall.kernels.frontier.LineIndex} with ranges
 *       of w. Columns and diagonals are the largest in the mean softmax of the group's last {@code
 *       last_queries} queries; the first {@code sink} columns of a region and the nearest {@code
 *       recent} diagonals come before all others.
 *   <li>grid: query x keeps key b if hline and x mod stride = phase, vline and b mod stride =
 *       phase, or slash and x ≡ b; x is the query's rank in its own region. Tiles are then of one
 *       phase.
 * </ul>
 *
 * <p>Every query keeps itself. Out: o f32[H,L,D]; columns and diagonals u8[H,M,L], the lines that
 * each group keeps: columns by token, diagonals by distance, region after region.
 */
public final class BoundaryAttention implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("mminference.boundary", "attention with a pattern for each pair of modalities")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .in("modality", ElementType.I32, "L")
          .parameter(Parameter.choice("kind", "what modalities part", "none", "q", "k", "2d"))
          .parameter(
              Parameter.text(
                  "plan",
                  BoundaryPlan.DENSE,
                  "JSON",
                  "pattern of each head and pair of modalities"))
          .parameter(
              Parameter.integer(
                  "last_queries",
                  64,
                  1,
                  1 << 20,
                  "last queries of a group that lines are found by"))
          .parameter(Parameter.integer("sink", 4, 0, 1 << 20, "first columns, kept before others"))
          .parameter(
              Parameter.integer("recent", 64, 0, 1 << 20, "nearest diagonals, kept before others"))
          .parameter(AttentionShape.scaleParameter())
          .derive("M", sizes -> BoundaryPlan.of(sizes).modalities())
          .require(AttentionShape::headsComplaint)
          .out("o", ElementType.F32, "H", "L", "D")
          .out("columns", ElementType.U8, "H", "M", "L")
          .out("diagonals", ElementType.U8, "H", "M", "L")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public void check(Sizes sizes, Map<String, Tensor> inputs) {
    Kernel.super.check(sizes, inputs);
    Tensor modality = inputs.get("modality");
    for (long token = 0; token < modality.elements(); token++) {
      int value = modality.i32(token);
      if (value < 0 || value >= sizes.dim("M")) {
        throw SquallException.invalidInput(
            "%s: input modality has %d at [%d], expected 0 to %d, the modalities of the plan"
                .formatted(id(), value, token, sizes.dim("M") - 1));
      }
    }
  }

  /** Attention as if dense: what a plan keeps depends on where modalities lie. */
  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    double attention = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    double flags = 2.0 * shape.heads() * sizes.dim("M") * shape.tokens();
    return new Cost(attention, AttentionPrograms.tensorBytes(shape) + 4.0 * shape.tokens() + flags);
  }

  @Override
  public Cost workDone(Call call) {
    Cost dense = cost(call.sizes());
    return new Cost(dense.operations() * density(call), dense.bytes());
  }

  @Override
  public Reference reference() {
    return new BoundaryAttentionReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        AttentionPrograms.outputTolerance(),
        Tolerance.exact("columns"),
        Tolerance.exact("diagonals"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", BoundarySimd::workspaceBytes, BoundarySimd::run),
        new Variant.Device(
            "loops", (sizes, device) -> BoundaryPrograms.support(sizes), BoundaryPrograms::loops));
  }

  /**
   * {@code density}; {@code recall} and {@code lowest_head_recall}: share of the attention weight
   * that is kept.
   */
  @Override
  public List<Metric> metrics(Call call) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(call.in("q"), call.in("k"), shape, KeptKeys.of(shape, index(call)));
    return List.of(
        new Metric("density", density(call)),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()));
  }

  private static double density(Call call) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    BoundaryIndex index = index(call);
    return IntStream.range(0, shape.heads())
        .mapToDouble(head -> KeptPairs.density(shape, index, head))
        .average()
        .orElseThrow();
  }

  /** What the outputs of a call say that is kept. */
  static BoundaryIndex index(Call call) {
    return index(call, call.out("columns"), call.out("diagonals"));
  }

  static BoundaryIndex index(Call call, Tensor columns, Tensor diagonals) {
    return new BoundaryIndex(
        Boundary.of(call.sizes()),
        BoundaryPlan.of(call.sizes()),
        modalities(call),
        columns,
        diagonals);
  }

  static Modalities modalities(Call call) {
    return Modalities.of(Boundary.of(call.sizes()), call.in("modality"), call.sizes().extent("M"));
  }
}
