package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.attention.SparseAttentionReference;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Reference;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Tolerance;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

/**
 * Attention along vertical and slash lines by its definition. The first H units are the lines of
 * the heads and their kept fractions, the others the tiles of query rows.
 *
 * <p>Lines that another precision chooses differently at the boundary are right too, so {@link
 * #judge} holds the outputs against the lines that the call came to.
 */
final class LinesReference implements Reference {
  private static final double KEPT_ERROR = 1e-5;

  /** What is known of one head of one call; the tiles of a head share it. */
  private record Head(
      LargestReference columns, LargestReference diagonals, Choice expected, double slack) {}

  /** Lines of one head as tensors of one head, and the keys that they keep. */
  private record Choice(Tensor columns, Tensor diagonals, LineIndex index) {}

  private Call known;
  private Head[] heads;

  @Override
  public long units(Sizes sizes) {
    return sizes.dim("H") * (1 + tiles(sizes));
  }

  private static long tiles(Sizes sizes) {
    return Math.ceilDiv(sizes.dim("L"), (long) LineIndex.TILE);
  }

  @Override
  public void compute(Call call, long unit, Expectation expectation) {
    int count = call.sizes().extent("H");
    if (unit >= count) {
      long tile = unit - count;
      int head = (int) (tile % count);
      attend(call, head, (int) (tile / count), head(call, head).expected(), expectation);
      return;
    }
    int head = (int) unit;
    Choice choice = head(call, head).expected();
    int tokens = call.sizes().extent("L");
    for (int i = 0; i < tokens; i++) {
      expectation.expect("columns", unit * tokens + i, choice.columns().u8(i));
      expectation.expect("diagonals", unit * tokens + i, choice.diagonals().u8(i));
    }
    expectation.expect("kept", head, density(call, choice));
  }

  @Override
  public String judge(Call call, long unit) {
    int count = call.sizes().extent("H");
    int head = (int) (unit % count);
    String problem = judgeLines(call, head);
    if (problem != null) {
      return problem;
    }
    Choice taken = choice(call, slice(call, "columns", head), slice(call, "diagonals", head));
    if (unit < count) {
      double expected = density(call, taken);
      double actual = call.out("kept").f32(head);
      return Math.abs(actual - expected) <= KEPT_ERROR * expected
          ? null
          : "kept fraction %s of lines that keep %s".formatted(actual, expected);
    }
    Tolerance tolerance = AttentionPrograms.outputTolerance();
    String[] wrong = new String[1];
    attend(
        call,
        head,
        (int) ((unit - count) / count),
        taken,
        (port, index, value, magnitude) -> {
          float actual = call.out("o").f32(index);
          if (!tolerance.accepts(actual, value, magnitude)) {
            wrong[0] = "output o has %s, expected %s".formatted(actual, value);
          }
        });
    return wrong[0];
  }

  private String judgeLines(Call call, int head) {
    Head known = head(call, head);
    Tensor columns = slice(call, "columns", head);
    Tensor diagonals = slice(call, "diagonals", head);
    for (int i = 0; i < columns.elements(); i++) {
      if (columns.u8(i) > 1 || diagonals.u8(i) > 1) {
        return "line %d has flag %d".formatted(i, Math.max(columns.u8(i), diagonals.u8(i)));
      }
    }
    Sizes sizes = call.sizes();
    String problem =
        judge(known.columns(), "columns", columns, LineBudget.verticals(sizes), known.slack());
    return problem != null
        ? problem
        : judge(
            known.diagonals(), "diagonals", diagonals, LineBudget.slashes(sizes), known.slack());
  }

  private static String judge(
      LargestReference masses, String what, Tensor flags, LineBudget budget, double slack) {
    double[] ascending = ascending(masses.masses());
    return masses.judge(
        what,
        i -> flags.u8(i) == 1,
        budget.lines(ascending, -slack),
        budget.lines(ascending, slack),
        slack,
        WindowReference.UNDERFLOW);
  }

  private synchronized Head head(Call call, int head) {
    if (known != call) {
      known = call;
      heads = new Head[call.sizes().extent("H")];
    }
    if (heads[head] == null) {
      heads[head] = search(call, head);
    }
    return heads[head];
  }

  private static Head search(Call call, int head) {
    Sizes sizes = call.sizes();
    AttentionShape shape = FrontierShape.of(sizes);
    int tokens = shape.tokens();
    int[] rows = FrontierShape.lastRows(shape, sizes.integer("window"));
    WindowReference window = WindowReference.of(call.in("q"), call.in("k"), shape, head, rows);
    LargestReference columns =
        new LargestReference(window.columns(tokens), first(tokens, sizes.integer("sink")));
    LargestReference diagonals =
        new LargestReference(
            window.diagonals(tokens), first(tokens, Math.max(1, sizes.integer("recent"))));
    Choice expected =
        choice(
            call,
            flags(columns, LineBudget.verticals(sizes)),
            flags(diagonals, LineBudget.slashes(sizes)));
    return new Head(columns, diagonals, expected, window.slack());
  }

  /** The first {@code count} are forced, in their order. */
  private static int[] first(int tokens, int count) {
    int[] ranks = new int[tokens];
    Arrays.setAll(ranks, i -> i < count ? i : -1);
    return ranks;
  }

  private static double[] ascending(double[] masses) {
    double[] sorted = masses.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  private static Tensor flags(LargestReference masses, LineBudget budget) {
    boolean[] kept = masses.choose(budget.lines(ascending(masses.masses()), 0));
    Tensor flags = Tensor.allocate(ElementType.U8, 1, kept.length);
    for (int i = 0; i < kept.length; i++) {
      flags.i8(i, (byte) (kept[i] ? 1 : 0));
    }
    return flags;
  }

  /** The flags of one head, as a tensor of one head. */
  private static Tensor slice(Call call, String port, int head) {
    int tokens = call.sizes().extent("L");
    Tensor flags = Tensor.allocate(ElementType.U8, 1, tokens);
    flags.data().copyFrom(call.out(port).data().asSlice((long) head * tokens, tokens));
    return flags;
  }

  private static Choice choice(Call call, Tensor columns, Tensor diagonals) {
    return new Choice(columns, diagonals, LineIndex.of(oneHead(call), columns, diagonals));
  }

  /** The shape of a single head, which is what lines are told for here. */
  private static AttentionShape oneHead(Call call) {
    AttentionShape all = FrontierShape.of(call.sizes());
    return new AttentionShape(1, 1, all.tokens(), all.headSize(), true, all.scale());
  }

  private static double density(Call call, Choice choice) {
    return KeptPairs.density(oneHead(call), choice.index(), 0);
  }

  /** States the outputs of the rows of a tile. */
  private static void attend(
      Call call, int head, int tile, Choice choice, Expectation expectation) {
    AttentionShape shape = FrontierShape.of(call.sizes());
    KeptKeys kept = KeptKeys.of(oneHead(call), choice.index());
    int end = Math.min(shape.tokens(), (tile + 1) * LineIndex.TILE);
    for (int row = tile * LineIndex.TILE; row < end; row++) {
      SparseAttentionReference.row(
          call, shape, (ignored, one) -> kept.ofRow(0, one), head, row, expectation);
    }
  }
}
