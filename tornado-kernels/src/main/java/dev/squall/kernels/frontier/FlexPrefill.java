package dev.squall.kernels.frontier;

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
import java.util.List;

/**
 * {@code frontier.flexprefill}: as {@link VerticalSlash}, but each head keeps as many lines as hold
 * a share of the attention (FlexPrefill, arXiv 2502.20766, in the form of The Sparse Frontier:
 * without the query-aware part).
 *
 * <p>Columns: the mean softmax of the last {@code window} queries sums to one over the keys; one
 * more column is kept than the largest ones that together hold no more than {@code alpha}, but at
 * least {@code min_budget}; a share of one keeps all. Diagonals likewise. Which lines these are is
 * decided as in {@link VerticalSlash}, with the first columns and the nearest diagonals before all
 * others. Ports as there.
 */
public final class FlexPrefill implements Kernel {
  private static final Signature SIGNATURE =
      Lines.complete(
          FrontierShape.prompt(
                  "frontier.flexprefill",
                  "attention along the columns and diagonals that hold a share of the attention")
              .parameter(
                  Parameter.real("alpha", 0.65, 0, 1, "share of the attention that lines exceed"))
              .parameter(
                  Parameter.integer(
                      "min_budget", 512, 1, 1 << 30, "fewest lines of each direction")),
          512);

  @Override
  public Signature signature() {
    return SIGNATURE;
  }

  @Override
  public Cost cost(Sizes sizes) {
    return Lines.cost(sizes);
  }

  @Override
  public Cost workDone(Call call) {
    return Lines.workDone(call);
  }

  @Override
  public Reference reference() {
    return new LinesReference();
  }

  @Override
  public List<Tolerance> tolerances() {
    return Lines.tolerances();
  }

  @Override
  public List<Variant> tunedVariants() {
    return Lines.variants();
  }

  @Override
  public List<Metric> metrics(Call call) {
    return Lines.metrics(call);
  }
}
