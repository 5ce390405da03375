package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.List;

/** What the two methods share that attend along vertical and slash lines. */
final class Lines {
  private Lines() {}

  /** Outputs and the parameters that both have. */
  static Signature complete(Signature.Builder signature, int window) {
    return signature
        .out("o", ElementType.F32, "H", "L", "D")
        .out("kept", ElementType.F32, "H")
        .out("columns", ElementType.U8, "H", "L")
        .out("diagonals", ElementType.U8, "H", "L")
        .parameter(
            Parameter.integer(
                "window", window, 1, 1 << 20, "last queries that the search looks at"))
        .parameter(Parameter.integer("sink", 4, 0, 1 << 20, "first columns, kept before others"))
        .parameter(
            Parameter.integer("recent", 64, 0, 1 << 20, "nearest diagonals, kept before others"))
        .build();
  }

  /** The search, and attention as if dense: what is kept is known only afterwards. */
  static Cost cost(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    double attention = 4.0 * shape.headSize() * shape.heads() * shape.visiblePairs();
    double flags = 2.0 * shape.heads() * shape.tokens();
    return new Cost(attention + search(sizes), AttentionPrograms.tensorBytes(shape) + flags);
  }

  private static double search(Sizes sizes) {
    double rows = Math.min(sizes.integer("window"), sizes.dim("L"));
    return 2.0 * sizes.dim("H") * rows * sizes.dim("L") * sizes.dim("D");
  }

  /** The search, and attention on the pairs that were kept. */
  static Cost workDone(Call call) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    double kept = 0;
    for (int head = 0; head < shape.heads(); head++) {
      kept += call.out("kept").f32(head) * shape.visiblePairs();
    }
    double operations = search(call.sizes()) + 4.0 * shape.headSize() * kept;
    return new Cost(operations, cost(call.sizes()).bytes());
  }

  static List<Tolerance> tolerances() {
    return List.of(
        AttentionPrograms.outputTolerance(),
        Tolerance.anyEngine("kept", 0, 1e-5, "a sum over tiles in single precision"),
        Tolerance.exact("columns"),
        Tolerance.exact("diagonals"));
  }

  static List<Variant> variants() {
    return List.of(
        Variant.Host.of("simd", LinesSimd::workspaceBytes, LinesSimd::run),
        new Variant.Device(
            "loops", (sizes, device) -> LinePrograms.support(sizes), LinePrograms::loops));
  }

  /**
   * {@code density}: mean kept fraction; {@code recall} and {@code lowest_head_recall}: share of
   * the attention weight that is kept; {@code sparsity}: as the original counts it, whole tiles of
   * 64 × 64 and columns of 64 over the visible pairs.
   */
  static List<Metric> metrics(Call call) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    LineIndex index = LineIndex.of(shape, call.out("columns"), call.out("diagonals"));
    Tensor kept = call.out("kept");
    double density = 0;
    double tiled = 0;
    for (int head = 0; head < shape.heads(); head++) {
      density += kept.f32(head) / shape.heads();
      tiled += tiledPairs(shape, index, head) / shape.heads();
    }
    AttentionRecall.Recall recall =
        AttentionRecall.sampled(call.in("q"), call.in("k"), shape, KeptKeys.of(shape, index));
    return List.of(
        new Metric("density", density),
        new Metric("recall", recall.mean()),
        new Metric("lowest_head_recall", recall.lowestHead()),
        new Metric("sparsity", 1 - tiled / shape.visiblePairs()));
  }

  private static double tiledPairs(AttentionShape shape, LineIndex index, int head) {
    int[] runs = new int[2 * index.maxRuns()];
    int[] columns = new int[index.maxColumns()];
    double pairs = 0;
    for (int row = 0; row < shape.tokens(); row += LineIndex.TILE) {
      int count = index.runs(head, row, LineIndex.TILE, runs);
      for (int run = 0; run < count; run++) {
        pairs += (double) LineIndex.TILE * (runs[2 * run + 1] - runs[2 * run]);
      }
      pairs += (double) LineIndex.TILE * index.columns(head, row, LineIndex.TILE, columns);
    }
    return pairs;
  }
}
