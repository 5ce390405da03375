package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.attention.KeyRuns;
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
 * {@code frontier.quest}: one query over the pages of keys that it may attend to most (Quest, arXiv
 * 2406.10774, as The Sparse Frontier runs it).
 *
 * <p>In: q f32[H,1,D], the last of the L tokens; k and v f32[Hk,L,D]. The score of a page, Σ_d
 * max(q_d · min_d, q_d · max_d) over the least and the largest value of each feature in the page,
 * is at least q·k of every key there; with {@code share} the query heads of a key head add their
 * scores and keep the same pages. Kept are the {@code budget} / {@code page} pages before the
 * current one with the highest scores, equal ones by ascending index, and the current one, which
 * may be incomplete. A budget of L or more gives dense attention.
 *
 * <p>Out: o f32[H,1,D]; pages i32[P,kept], ascending, P = Hk with {@code share}, else H.
 */
public final class Quest implements Kernel {
  private static final Signature SIGNATURE =
      Signature.of("frontier.quest", "one query over the pages that it may attend to most")
          .in("q", ElementType.F32, "H", "one", "D")
          .in("k", ElementType.F32, "Hk", "L", "D")
          .in("v", ElementType.F32, "Hk", "L", "D")
          .parameter(Parameter.integer("budget", 1024, 1, 1 << 30, "tokens to keep"))
          .parameter(Parameter.integer("page", 16, 1, 1 << 16, "tokens of a page"))
          .parameter(Parameter.flag("share", true, "query heads of a key head share pages"))
          .parameter(AttentionShape.scaleParameter())
          .derive("one", sizes -> 1)
          .derive("P", sizes -> sizes.dim(sizes.flag("share") ? "Hk" : "H"))
          .derive("kept", QuestPages::kept)
          .require(AttentionShape::headsComplaint)
          .out("o", ElementType.F32, "H", "one", "D")
          .out("pages", ElementType.I32, "P", "kept")
          .build();

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  /** The scores read all keys, attention those that are kept. */
  @Override
  public Cost cost(Sizes sizes) {
    QuestPages pages = QuestPages.of(sizes);
    AttentionShape shape = pages.shape();
    double tokens = Math.min(shape.tokens(), (double) pages.kept() * pages.page());
    double scores = 4.0 * shape.heads() * (pages.current() + 1) * shape.headSize();
    double extremes = 2.0 * shape.keyHeads() * shape.tokens() * shape.headSize();
    double attention = 4.0 * shape.heads() * tokens * shape.headSize();
    double elements =
        shape.headSize() * (2.0 * shape.heads() + shape.keyHeads() * (shape.tokens() + 2 * tokens));
    return new Cost(scores + extremes + attention, 4 * elements);
  }

  @Override
  public Reference reference() {
    return new QuestReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return List.of(AttentionPrograms.outputTolerance(), Tolerance.exact("pages"));
  }

  @Override
  public List<Variant> tunedVariants() {
    return List.of(
        Variant.Host.of("simd", QuestSimd::run),
        new Variant.Device(
            "loops", (sizes, device) -> QuestPrograms.support(sizes), QuestPrograms::loops));
  }

  /**
   * {@code density}: share of the tokens that is kept; {@code recall} and {@code
   * lowest_head_recall}: share of the attention weight.
   */
  @Override
  public List<Metric> metrics(Call call) {
    QuestPages pages = QuestPages.of(call.sizes());
    KeyRuns index = pages.index(call.out("pages"));
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(
            call.in("q"), call.in("k"), pages.shape(), KeptKeys.of(pages.shape(), index));
    return List.of(
        new Metric("density", KeptPairs.density(pages.shape(), index, 0)),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()));
  }
}
