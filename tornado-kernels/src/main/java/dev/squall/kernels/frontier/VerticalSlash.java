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
 * {@code frontier.vertical_slash}: causal attention along the columns and diagonals that hold most
 * of the last queries' attention (MInference, arXiv 2407.02490, with the uniform budgets of The
 * Sparse Frontier, arXiv 2504.17768).
 *
 * <p>In: q f32[H,L,D], k and v f32[Hk,L,D]. The softmax of the last {@code window} queries is
 * summed by key and by distance; the {@code verticals} largest columns and the {@code slashes}
 * largest diagonals are kept, first of all the first {@code sink} columns and the nearest {@code
 * recent} diagonals, equal masses by ascending index. {@link LineIndex} says which keys a tile of
 * 64 queries then attends to. Diagonal 0 is always among them; budgets of L or more give dense
 * attention.
 *
 * <p>Out: o f32[H,L,D]; kept f32[H], the share of the visible (query, key) pairs; columns and
 * diagonals u8[H,L], 1 where a line is kept (diagonals by distance).
 */
public final class VerticalSlash implements Kernel {
  private static final Signature SIGNATURE =
      Lines.complete(
          FrontierShape.prompt(
                  "frontier.vertical_slash",
                  "attention along the columns and diagonals that the last queries attend to")
              .parameter(Parameter.integer("verticals", 512, 1, 1 << 30, "columns to keep"))
              .parameter(Parameter.integer("slashes", 512, 1, 1 << 30, "diagonals to keep")),
          256);

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
