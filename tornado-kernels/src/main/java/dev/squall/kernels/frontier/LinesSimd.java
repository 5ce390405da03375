package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.attention.WindowWeights;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;

/** Search for lines, then attention along them, on the host's vector units. */
final class LinesSimd {
  private LinesSimd() {}

  static long workspaceBytes(Sizes sizes) {
    AttentionShape shape = FrontierShape.of(sizes);
    return Math.max(
        WindowWeights.workspaceBytes(shape, HostThreads.all().count()),
        SparseAttentionSimd.workspaceBytes(shape));
  }

  static void run(Call call, HostThreads threads) {
    LineSearch.run(call, threads);
    AttentionShape shape = FrontierShape.of(call.sizes());
    LineIndex index = LineIndex.of(shape, call.out("columns"), call.out("diagonals"));
    SparseAttentionSimd.attend(
        call.in("q"), call.in("k"), call.in("v"), call.out("o"), shape, index, threads);
    threads.forEach(
        shape.heads(),
        head -> call.out("kept").f32(head, (float) KeptPairs.density(shape, index, (int) head)));
  }
}
