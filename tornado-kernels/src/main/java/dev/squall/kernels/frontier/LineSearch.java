package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.RowSums;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * Which columns and diagonals hold the attention of the last queries, on the host's vector units.
 */
final class LineSearch {
  private LineSearch() {}

  /** Mean weights of the window's rows: by key, and by distance from the far end. */
  private static final class Masses {
    private final float[] columns;

    /** Element L − 1 − o is the diagonal of offset o, so that a row adds to neighbours. */
    private final float[] diagonals;

    private Masses(int tokens) {
      columns = new float[tokens];
      diagonals = new float[tokens];
    }

    private void add(Masses other) {
      RowSums.add(other.columns, 0, columns.length, 1, columns, 0);
      RowSums.add(other.diagonals, 0, diagonals.length, 1, diagonals, 0);
    }
  }

  /** Fills the outputs {@code columns} and {@code diagonals}. */
  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    AttentionShape shape = FrontierShape.of(sizes);
    int tokens = shape.tokens();
    int[] rows = FrontierShape.lastRows(shape, sizes.integer("window"));
    float share = 1f / rows.length;
    List<List<Masses>> pieces =
        WindowWeights.visit(
            call.in("q"),
            call.in("k"),
            shape,
            rows,
            () -> new Masses(tokens),
            (sums, row, weights, at, visible, factor) -> {
              float weight = factor * share;
              RowSums.add(weights, at, visible, weight, sums.columns, 0);
              RowSums.add(weights, at, visible, weight, sums.diagonals, tokens - 1 - row);
            },
            threads);
    threads.forEach(
        shape.heads(),
        () -> new Largest(tokens),
        (largest, head) -> {
          Masses masses = new Masses(tokens);
          pieces.get((int) head).forEach(masses::add);
          choose(call, largest, (int) head, masses);
        });
  }

  private static void choose(Call call, Largest largest, int head, Masses masses) {
    Sizes sizes = call.sizes();
    int tokens = masses.columns.length;
    int sink = sizes.integer("sink");
    for (int column = 0; column < tokens; column++) {
      if (column < sink) {
        largest.force(column, column);
      } else {
        largest.offer(column, masses.columns[column]);
      }
    }
    int lines = lines(LineBudget.verticals(sizes), masses.columns);
    mark(largest, tokens, lines, call.out("columns"), head);
    int recent = sizes.integer("recent");
    for (int offset = 0; offset < tokens; offset++) {
      if (offset < recent || offset == 0) {
        largest.force(offset, offset);
      } else {
        largest.offer(offset, masses.diagonals[tokens - 1 - offset]);
      }
    }
    lines = lines(LineBudget.slashes(sizes), masses.diagonals);
    mark(largest, tokens, lines, call.out("diagonals"), head);
  }

  private static int lines(LineBudget budget, float[] masses) {
    double[] ascending = new double[masses.length];
    if (budget.byShare()) {
      for (int i = 0; i < masses.length; i++) {
        ascending[i] = masses[i];
      }
      Arrays.sort(ascending);
    }
    return budget.lines(ascending, 0);
  }

  private static void mark(Largest largest, int tokens, int lines, Tensor flags, int head) {
    byte[] kept = new byte[tokens];
    largest.mark(tokens, lines, kept, 0);
    for (int i = 0; i < tokens; i++) {
      flags.i8((long) head * tokens + i, kept[i]);
    }
  }
}
