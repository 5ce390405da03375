package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.RowSums;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import java.util.List;

/** The search on the host's vector units: sums by key first, then by phase. */
final class GridSearchSimd {
  private GridSearchSimd() {}

  static void run(Call call, HostThreads threads) {
    AttentionShape shape = MminferenceShape.of(call.sizes());
    int tokens = shape.tokens();
    int[] rows = new int[GridSearch.window(call.sizes())];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = tokens - rows.length + i;
    }
    float share = 1f / rows.length;
    List<List<float[]>> columns =
        WindowWeights.visit(
            call.in("q"),
            call.in("k"),
            shape,
            rows,
            () -> new float[tokens],
            (sums, row, weights, at, visible, factor) ->
                RowSums.add(weights, at, visible, factor * share, sums, 0),
            threads);
    threads.forEach(
        shape.heads(), head -> store(call, (int) head, columns.get((int) head), tokens));
  }

  private static void store(Call call, int head, List<float[]> pieces, int tokens) {
    float[] columns = new float[tokens];
    pieces.forEach(piece -> RowSums.add(piece, 0, tokens, 1, columns, 0));
    Strides strides = Strides.of(call.sizes());
    long start = (long) head * strides.phases();
    double most = Double.NEGATIVE_INFINITY;
    for (int s = 0; s < strides.count(); s++) {
      int stride = strides.values()[s];
      double[] masses = new double[stride];
      for (int key = 0; key < tokens; key++) {
        masses[key % stride] += columns[key];
      }
      for (int phase = 0; phase < stride; phase++) {
        float mass = (float) masses[phase];
        call.out("masses").f32(start + strides.start(s) + phase, mass);
        double excess = masses[phase] - Strides.tokens(tokens, stride, phase) / (double) tokens;
        if (excess > most) {
          most = excess;
          call.out("best").i32(2L * head, stride);
          call.out("best").i32(2L * head + 1, phase);
        }
      }
    }
  }
}
