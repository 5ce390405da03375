package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * Prefill on the host's vector units. The search is fused: a thread scores the rows of a few block
 * rows, sums them to masses and selects, so that no more than these rows of scores exist.
 */
final class SparsePrefillSimd {
  private SparsePrefillSimd() {}

  static long workspaceBytes(Sizes sizes) {
    Groups groups = Groups.of(sizes);
    int rows = blockRows(sizes) * BlockMass.groupsPerBlock(sizes);
    long search =
        KeyPanels.bytes(groups) + HostThreads.all().count() * ScoreRows.bytes(groups, rows);
    return Math.max(search, SparseAttentionSimd.workspaceBytes(groups.shape()));
  }

  static void run(Call call, HostThreads threads) {
    Sizes sizes = call.sizes();
    AttentionShape shape = AttentionShape.of(sizes);
    search(call, threads);
    BlockMask mask = new BlockMask(call.out("mask"), sizes.integer("block"), shape.offset());
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        shape,
        KeyRuns.of(shape, mask),
        threads);
    for (int head = 0; head < shape.heads(); head++) {
      call.out("density").f32(head, (float) mask.density(shape, head));
    }
  }

  /** Fills the mask. */
  static void search(Call call, HostThreads threads) {
    Groups groups = Groups.of(call.sizes());
    KeyPanels keys = KeyPanels.pack(groups, call.in("k"), threads);
    int heads = groups.shape().heads();
    int together = blockRows(call.sizes());
    int firstRow = SparsePrefill.firstRow(call.sizes());
    int units = Math.ceilDiv(call.sizes().extent("NB") - firstRow, together);
    threads.forEach(
        (long) units * heads,
        () -> new Search(call, groups, keys, together),
        (search, index) -> {
          // Later block rows see more keys, so they come first.
          int first = firstRow + (units - 1 - (int) (index / heads)) * together;
          search.blockRows((int) (index % heads), first, together);
        });
  }

  /**
   * Block rows that a thread scores together: enough groups for a pass over the packed keys to pay,
   * and where the stride allows it a multiple of the six rows of a register tile.
   */
  static int blockRows(Sizes sizes) {
    int side = BlockMass.groupsPerBlock(sizes);
    return side >= 64 ? 1 : 3 * Math.ceilDiv(8, side);
  }

  /** One thread's buffers. */
  private static final class Search {
    private final Call call;
    private final Groups groups;
    private final int blocks;
    private final int side;
    private final ScoreRows scores;
    private final SoftmaxColumns columns;
    private final BlockSelectionHost.Row selection;

    private Search(Call call, Groups groups, KeyPanels keys, int together) {
      this.call = call;
      this.groups = groups;
      this.blocks = call.sizes().extent("NB");
      this.side = BlockMass.groupsPerBlock(call.sizes());
      this.scores = new ScoreRows(groups, keys, together * side);
      this.columns = new SoftmaxColumns(groups.count());
      this.selection = new BlockSelectionHost.Row(blocks);
    }

    private void blockRows(int head, int first, int count) {
      int firstGroup = first * side;
      int taken = Math.min(count * side, groups.count() - firstGroup);
      scores.compute(call.in("q"), call.in("k"), head, firstGroup, taken);
      int end = Math.min(blocks, first + count);
      for (int row = first; row < end; row++) {
        sumMasses(row, firstGroup);
        select(head, row);
      }
    }

    private void sumMasses(int row, int firstGroup) {
      columns.clear();
      int count = groups.count();
      int end = Math.min(count, (row + 1) * side);
      for (int i = Math.max(row * side, groups.first()); i < end; i++) {
        int allowed = groups.shape().causal() ? i + 1 : count;
        columns.add(scores.values(), (i - firstGroup) * scores.valueStride(), allowed);
      }
      int seen = groups.shape().causal() ? row + 1 : blocks;
      for (int column = 0; column < seen; column++) {
        selection.mass[column] = columns.sum(column * side, Math.min(count, (column + 1) * side));
      }
    }

    private void select(int head, int row) {
      Tensor mask = call.out("mask");
      selection.select(row, groups.shape().causal(), SparsePrefill.threshold(call, head, row));
      long place = head * mask.dim(1) + row - SparsePrefill.firstRow(call.sizes());
      selection.store(mask, place * blocks);
    }
  }
}
