package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Cost;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;

/** What the two methods share that keep some tokens of each key head after a prompt. */
final class TokenBudget {
  /** Query rows of a head that the reported recall is taken from. */
  private static final int RECALL_ROWS = 16;

  private TokenBudget() {}

  static Signature.Builder signature(String id, String summary) {
    return Signature.of(id, summary)
        .in("q", ElementType.F32, "H", "L", "D")
        .in("k", ElementType.F32, "Hk", "L", "D")
        .optionalIn("v", ElementType.F32, "Hk", "L", "D")
        .parameter(Parameter.integer("capacity", 1024, 1, 1 << 30, "tokens that a key head keeps"))
        .parameter(
            Parameter.integer("window", 256, 1, 1 << 20, "last queries that tokens are judged by"))
        .parameter(Parameter.integer("pool", 21, 1, 1 << 16, "tokens averaged together, odd"))
        .parameter(Parameter.integer("sink", 4, 0, 1 << 20, "first tokens, kept before others"))
        .parameter(Parameter.integer("recent", 128, 0, 1 << 20, "last tokens, kept before others"))
        .parameter(AttentionShape.scaleParameter())
        .derive("kept", sizes -> Math.min(sizes.integer("capacity"), sizes.dim("L")))
        .require(AttentionShape::headsComplaint)
        .require(TokenBudget::poolComplaint);
  }

  private static String poolComplaint(Sizes sizes) {
    int pool = sizes.integer("pool");
    return pool % 2 == 1 ? null : "pool = %d must be odd".formatted(pool);
  }

  /** The attention of the window, and pooling. */
  static Cost cost(Sizes sizes, double outputs) {
    AttentionShape shape = FrontierShape.of(sizes);
    double rows = Math.min(sizes.integer("window"), shape.tokens());
    double operations = 2.0 * shape.heads() * rows * shape.tokens() * shape.headSize();
    double pooling = (double) shape.keyHeads() * shape.tokens() * sizes.integer("pool");
    double elements =
        (shape.heads() * rows + (double) shape.keyHeads() * shape.tokens()) * shape.headSize();
    return new Cost(operations + pooling, 4 * (elements + outputs));
  }

  /** In which order token {@code token} is kept before all others, −1 if it is not. */
  static int rank(Sizes sizes, int token) {
    int tokens = sizes.extent("L");
    int sink = Math.min(tokens, sizes.integer("sink"));
    if (token < sink) {
      return token;
    }
    int distance = tokens - 1 - token;
    return distance < sizes.integer("recent") ? sink + distance : -1;
  }

  /** Share of the last queries' attention that falls on the kept tokens. */
  static List<Metric> metrics(Call call, KeptKeys kept) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    double mean = 0;
    double lowest = 1;
    int[] rows = FrontierShape.lastRows(shape, RECALL_ROWS);
    for (int head = 0; head < shape.heads(); head++) {
      double sum = 0;
      for (int row : rows) {
        sum += AttentionRecall.row(call.in("q"), call.in("k"), shape, kept, head, row);
      }
      mean += sum / rows.length / shape.heads();
      lowest = Math.min(lowest, sum / rows.length);
    }
    List<Metric> metrics = new ArrayList<>();
    metrics.add(new Metric("density", (double) call.sizes().dim("kept") / shape.tokens()));
    metrics.add(new Metric("recall", mean));
    metrics.add(new Metric("lowest_head_recall", lowest));
    return metrics;
  }
}
