package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;

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
        KeyPanels.bytes(groups, KeyPanels.together(groups))
            + HostThreads.all().count()
                * ScoreRows.bytes(groups, rows, SparsePrefill.margin(sizes) > 0);
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

  /** Fills the mask, for some key heads at a time so that few keys are packed at once. */
  static void search(Call call, HostThreads threads) {
    Groups groups = Groups.of(call.sizes());
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
    int sharing = SparsePrefill.headsOfMask(call.sizes());
    int masks = count * ofKeyHead / sharing;
    int together = blockRows(call.sizes());
    int firstRow = SparsePrefill.firstRow(call.sizes());
    int units = Math.ceilDiv(call.sizes().extent("NB") - firstRow, together);
    threads.forEach(
        (long) units * masks,
        () -> new Search(call, groups, keys, together),
        (search, index) -> {
          // Later block rows see more keys, so they come first.
          int first = firstRow + (units - 1 - (int) (index / masks)) * together;
          int head = firstKeyHead * ofKeyHead + (int) (index % masks) * sharing;
          search.blockRows(head, head + sharing, first, together);
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
    private final float margin;
    private final ScoreRows scores;
    private final SoftmaxColumns columns;
    private final BlockSelectionHost.Row selection;

    /** Masses of each block row, summed over the heads that share a mask. */
    private final float[] masses;

    /** The same from half of the samples; none where no margin asks for it. */
    private final float[] halfMasses;

    private Search(Call call, Groups groups, KeyPanels keys, int together) {
      this.call = call;
      this.groups = groups;
      this.blocks = call.sizes().extent("NB");
      this.side = BlockMass.groupsPerBlock(call.sizes());
      this.margin = (float) SparsePrefill.margin(call.sizes());
      this.scores = new ScoreRows(groups, keys, together * side, margin > 0);
      this.columns = new SoftmaxColumns(groups.count());
      this.selection = new BlockSelectionHost.Row(blocks);
      this.masses = new float[together * blocks];
      this.halfMasses = new float[margin > 0 ? masses.length : 0];
    }

    /** Selects for block rows from {@code first} on, of heads [head, endHead) together. */
    private void blockRows(int head, int endHead, int first, int count) {
      int firstGroup = first * side;
      int taken = Math.min(count * side, groups.count() - firstGroup);
      int end = Math.min(blocks, first + count);
      Arrays.fill(masses, 0);
      Arrays.fill(halfMasses, 0);
      for (int each = head; each < endHead; each++) {
        scores.compute(call.in("q"), call.in("k"), each, firstGroup, taken);
        for (int row = first; row < end; row++) {
          addMasses(scores.values(), row, first, masses);
          if (margin > 0) {
            addMasses(scores.halfValues(), row, first, halfMasses);
          }
        }
      }
      for (int row = first; row < end; row++) {
        select(head, endHead, row, first);
      }
    }

    private void addMasses(float[] values, int row, int first, float[] to) {
      columns.clear();
      int count = groups.count();
      int end = Math.min(count, (row + 1) * side);
      for (int i = Math.max(row * side, groups.first()); i < end; i++) {
        int allowed = groups.shape().causal() ? i + 1 : count;
        columns.add(values, (i - first * side) * scores.valueStride(), allowed);
      }
      int seen = groups.shape().causal() ? row + 1 : blocks;
      int at = (row - first) * blocks;
      for (int column = 0; column < seen; column++) {
        to[at + column] += columns.sum(column * side, Math.min(count, (column + 1) * side));
      }
    }

    private void select(int head, int endHead, int row, int first) {
      int at = (row - first) * blocks;
      System.arraycopy(masses, at, selection.mass, 0, blocks);
      System.arraycopy(masses, at, selection.credit, 0, blocks);
      for (int column = 0; margin > 0 && column < blocks; column++) {
        float doubt = margin * Math.abs(halfMasses[at + column] - masses[at + column]);
        selection.credit[column] = Math.max(0, masses[at + column] - doubt);
      }
      boolean causal = groups.shape().causal();
      double threshold = SparsePrefill.threshold(call, head, endHead, row);
      selection.select(causal ? row + 1 : blocks, row, causal, threshold);
      Tensor mask = call.out("mask");
      for (int each = head; each < endHead; each++) {
        long place = each * mask.dim(1) + row - SparsePrefill.firstRow(call.sizes());
        selection.store(mask, place * blocks);
      }
    }
  }
}
