package dev.squall.kernels.xattention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Antidiagonal scores as matrix products on the host's vector units. */
final class AntidiagonalScoresSimd {
  /** Query groups that share a pass over the key panels. */
  private static final int ROWS = 24;

  private AntidiagonalScoresSimd() {}

  static long workspaceBytes(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    return KeyPanels.bytes(groups, groups.shape().keyHeads())
        + HostThreads.all().count() * ScoreRows.bytes(groups, ROWS, false);
  }

  static void run(Call call, HostThreads threads) {
    Groups groups = Groups.of(call.sizes());
    Tensor q = call.in("q");
    Tensor k = call.in("k");
    MemorySegment scores = call.out("scores").data();
    KeyPanels keys = KeyPanels.pack(groups, k, threads);
    int count = groups.count();
    int units = Math.ceilDiv(count, ROWS);
    threads.forEach(
        (long) units * groups.shape().heads(),
        () -> new ScoreRows(groups, keys, ROWS),
        (rows, index) -> {
          // Later groups see more keys, so they come first.
          int first = (units - 1 - (int) (index / groups.shape().heads())) * ROWS;
          int head = (int) (index % groups.shape().heads());
          int taken = Math.min(ROWS, count - first);
          rows.compute(q, k, head, first, taken);
          for (int row = 0; row < taken; row++) {
            store(groups, rows, row, first + row, head, scores);
          }
        });
  }

  private static void store(
      Groups groups, ScoreRows rows, int row, int group, int head, MemorySegment scores) {
    int count = groups.count();
    int start = row * rows.valueStride();
    if (groups.shape().causal()) {
      Arrays.fill(rows.values(), start + group + 1, start + count, Float.NEGATIVE_INFINITY);
    }
    MemorySegment.copy(
        rows.values(),
        start,
        scores,
        ValueLayout.JAVA_FLOAT_UNALIGNED,
        ((long) head * count + group) * count * Float.BYTES,
        count);
  }
}
