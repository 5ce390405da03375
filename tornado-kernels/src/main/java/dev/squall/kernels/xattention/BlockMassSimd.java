package dev.squall.kernels.xattention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Block masses on the host's vector units, one block row at a time. */
final class BlockMassSimd {
  private BlockMassSimd() {}

  static long workspaceBytes(Sizes sizes) {
    return 8L * HostThreads.all().count() * SoftmaxColumns.padded(sizes.extent("G"));
  }

  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    int blocks = sizes.extent("NB");
    int groups = sizes.extent("G");
    threads.forEach(
        sizes.dim("H") * blocks,
        () -> new Rows(call, groups),
        (rows, index) -> {
          // Later block rows see more groups, so they come first.
          int row = blocks - 1 - (int) (index / sizes.extent("H"));
          rows.blockRow((int) (index % sizes.extent("H")), row);
        });
  }

  /** One thread's buffers. */
  private static final class Rows {
    private final Tensor scores;
    private final Tensor mass;
    private final boolean causal;
    private final int groups;
    private final int blocks;
    private final int side;
    private final float[] row;
    private final SoftmaxColumns columns;

    private Rows(Call call, int groups) {
      this.scores = call.in("scores");
      this.mass = call.out("mass");
      this.causal = call.sizes().flag("causal");
      this.groups = groups;
      this.blocks = call.sizes().extent("NB");
      this.side = BlockMass.groupsPerBlock(call.sizes());
      this.row = new float[SoftmaxColumns.padded(groups)];
      this.columns = new SoftmaxColumns(groups);
    }

    private void blockRow(int head, int block) {
      columns.clear();
      int end = Math.min(groups, (block + 1) * side);
      for (int i = block * side; i < end; i++) {
        int allowed = causal ? i + 1 : groups;
        long start = ((long) head * groups + i) * groups;
        MemorySegment.copy(
            scores.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, start * Float.BYTES, row, 0, allowed);
        columns.add(row, 0, allowed);
      }
      int seen = causal ? block + 1 : blocks;
      for (int column = 0; column < blocks; column++) {
        float sum =
            column < seen ? columns.sum(column * side, Math.min(groups, (column + 1) * side)) : 0f;
        mass.f32(((long) head * blocks + block) * blocks + column, sum);
      }
    }
  }
}
