package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.KeptPairs;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;

/**
 * Prefill over key groups on the host's vector units, its search fused as in {@link
 * SparsePrefillSimd}.
 */
final class GroupPrefillSimd {
  private GroupPrefillSimd() {}

  static long workspaceBytes(Sizes sizes) {
    Groups groups = GroupPrefill.groups(sizes);
    int rows = SparsePrefillSimd.blockRows(sizes) * BlockMass.groupsPerBlock(sizes);
    long search =
        KeyPanels.bytes(groups, KeyPanels.together(groups))
            + HostThreads.all().count() * ScoreRows.bytes(groups, rows, false);
    return Math.max(search, SparseAttentionSimd.workspaceBytes(groups.shape()));
  }

  static void run(Call call, HostThreads threads) {
    AttentionShape shape = GroupPrefill.shape(call.sizes());
    search(call, threads);
    GroupIndex index = GroupIndex.of(call);
    SparseAttentionSimd.attend(
        call.in("q"), call.in("k"), call.in("v"), call.out("o"), shape, index, threads);
    threads.forEach(
        shape.heads(),
        head -> call.out("density").f32(head, (float) KeptPairs.density(shape, index, (int) head)));
  }

  /** Fills the groups, for some key heads at a time so that few keys are packed at once. */
  private static void search(Call call, HostThreads threads) {
    Groups groups = GroupPrefill.groups(call.sizes());
    int keyHeads = groups.shape().keyHeads();
    int together = KeyPanels.together(groups);
    for (int first = 0; first < keyHeads; first += together) {
      search(call, groups, first, Math.min(together, keyHeads - first), threads);
    }
  }

  /** Searches for the heads that read key heads [firstKeyHead, firstKeyHead + count). */
  private static void search(
      Call call, Groups groups, int firstKeyHead, int count, HostThreads threads) {
    KeyPanels keys = KeyPanels.pack(groups, call.in("k"), firstKeyHead, count, threads);
    int ofKeyHead = groups.shape().heads() / groups.shape().keyHeads();
    int heads = count * ofKeyHead;
    int together = SparsePrefillSimd.blockRows(call.sizes());
    int firstRow = SparsePrefill.firstRow(call.sizes());
    int units = Math.ceilDiv(call.sizes().extent("NB") - firstRow, together);
    threads.forEach(
        (long) units * heads,
        () -> new Search(call, groups, keys, together),
        (search, index) -> {
          // Later block rows see more keys, so they come first.
          int first = firstRow + (units - 1 - (int) (index / heads)) * together;
          int head = firstKeyHead * ofKeyHead + (int) (index % heads);
          search.blockRows(head, first, together);
        });
  }

  /** One thread's buffers. */
  private static final class Search {
    private final Call call;
    private final Groups groups;
    private final int side;
    private final ScoreRows scores;
    private final SoftmaxColumns columns;
    private final BlockSelectionHost.Row selection;

    private Search(Call call, Groups groups, KeyPanels keys, int together) {
      this.call = call;
      this.groups = groups;
      this.side = BlockMass.groupsPerBlock(call.sizes());
      this.scores = new ScoreRows(groups, keys, together * side);
      this.columns = new SoftmaxColumns(groups.count());
      this.selection = new BlockSelectionHost.Row(groups.count());
    }

    private void blockRows(int head, int first, int count) {
      int firstGroup = first * side;
      int taken = Math.min(count * side, groups.count() - firstGroup);
      scores.compute(call.in("q"), call.in("k"), head, firstGroup, taken);
      int end = Math.min(call.sizes().extent("NB"), first + count);
      for (int row = first; row < end; row++) {
        select(head, row, firstGroup);
      }
    }

    private void select(int head, int row, int firstGroup) {
      columns.clear();
      int end = Math.min(groups.count(), (row + 1) * side);
      for (int i = Math.max(row * side, groups.first()); i < end; i++) {
        columns.add(scores.values(), (i - firstGroup) * scores.valueStride(), i + 1);
      }
      int allowed = GroupPrefill.allowed(call.sizes(), row);
      for (int group = 0; group < allowed; group++) {
        selection.mass[group] = columns.sum(group, group + 1);
        selection.credit[group] = selection.mass[group];
      }
      double threshold = SparsePrefill.threshold(call, head, row);
      selection.select(allowed, GroupPrefill.own(call.sizes(), row), true, threshold);
      Tensor kept = call.out("groups");
      long place = head * kept.dim(1) + row - SparsePrefill.firstRow(call.sizes());
      selection.store(kept, place * kept.dim(2));
    }
  }
}
