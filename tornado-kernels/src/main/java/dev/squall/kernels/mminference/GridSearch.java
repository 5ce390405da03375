package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.frontier.WindowReference;
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
 * {@code mminference.grid_search}: the stride and phase whose line tokens hold more of the last
 * queries' attention than their number explains (MMInference, arXiv 2504.16083, the online search).
 *
 * <p>In: q f32[H,L,D], k f32[Hk,L,D]. The mean softmax of the last {@code last_queries} queries
 * sums to one over the keys. For each stride s of {@code strides} and each phase p its mass is the
 * share on keys j with j mod s = p; a tail shorter than s counts like the rest. The paper leaves
 * open how strides are compared; without a correction small ones always win. Here the best is the
 * one whose mass exceeds the most the share of the keys that the phase has, equal ones by the order
 * of the list and then the lower phase: of a grid's own stride, its divisors and its multiples, its
 * own exceeds the most.
 *
 * <p>Out: best i32[H,2], stride and phase; masses f32[H,P], the phases of the first stride, then
 * those of the second, …: P is the sum of the strides.
 */
public final class GridSearch implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of(
              "mminference.grid_search",
              "the grid stride and phase that the last queries attend to")
          .in("q", ElementType.F32, "H", "L", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .parameter(
              Parameter.text(
                  "strides", "4,8,16,32,64", "integers with commas between", "strides to compare"))
          .parameter(
              Parameter.integer(
                  "last_queries", 64, 1, 1 << 20, "last queries that the search looks at"))
          .parameter(AttentionShape.scaleParameter())
          .derive("P", sizes -> Strides.of(sizes).phases())
          .derive("two", sizes -> 2)
          .require(AttentionShape::headsComplaint)
          .out("best", ElementType.I32, "H", "two")
          .out("masses", ElementType.F32, "H", "P")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    AttentionShape shape = MminferenceShape.of(sizes);
    double rows = window(sizes);
    double elements =
        (shape.heads() * rows + (double) shape.keyHeads() * shape.tokens()) * shape.headSize();
    double outputs = (double) shape.heads() * (2 + sizes.dim("P"));
    return new Cost(
        2.0 * shape.heads() * rows * shape.tokens() * shape.headSize(), 4 * (elements + outputs));
  }

  static int window(Sizes sizes) {
    return (int) Math.min(sizes.integer("last_queries"), sizes.dim("L"));
  }

  @Override
  public Reference reference() {
    return new GridSearchReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(
        Tolerance.exact("best"),
        Tolerance.anyEngine(
            "masses",
            Float.MIN_NORMAL,
            2 * WindowReference.ROUND_OFF,
            "magnitudes hold the errors of the logits and the number of terms"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of(
            "simd",
            sizes ->
                WindowWeights.workspaceBytes(MminferenceShape.of(sizes), HostThreads.all().count()),
            GridSearchSimd::run),
        new Variant.Device(
            "loops", (sizes, device) -> GridPrograms.support(sizes), GridPrograms::search));
  }

  /** {@code excess}: what the best phases hold above their share of the keys, mean of the heads. */
  @Override
  public List<Metric> metrics(Call call) {
    Strides strides = Strides.of(call.sizes());
    int heads = call.sizes().extent("H");
    double sum = 0;
    for (int head = 0; head < heads; head++) {
      int stride = call.out("best").i32(2L * head);
      int phase = call.out("best").i32(2L * head + 1);
      for (int i = 0; i < strides.count(); i++) {
        if (strides.values()[i] == stride) {
          long at = (long) head * strides.phases() + strides.start(i) + phase;
          sum +=
              call.out("masses").f32(at)
                  - Strides.tokens(call.sizes().extent("L"), stride, phase)
                      / (double) call.sizes().dim("L");
        }
      }
    }
    return List.of(new Metric("excess", sum / heads));
  }
}
