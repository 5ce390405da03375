package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.RowOrder;
import dev.squall.kernels.frontier.LineIndex;
import dev.squall.kernels.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The keys of a plan for tiles of up to 64 queries of one group, and of one phase where the group
 * has grids; {@link BoundaryAttention} states the definition.
 */
final class BoundaryIndex implements KeyRuns {
  private static final int TILE = LineIndex.TILE;

  /** Neighbouring keys from which on they are a run. */
  private static final int SHORTEST_RUN = 32;

  private final Boundary kind;
  private final BoundaryPlan plan;
  private final Modalities modalities;
  private final Tensor columns;
  private final Tensor diagonals;
  private final RowOrder[] orders;

  /**
   * @param columns u8[H,M,L] and {@code diagonals} u8[H,M,L]: the outputs of the kernel
   */
  BoundaryIndex(
      Boundary kind, BoundaryPlan plan, Modalities modalities, Tensor columns, Tensor diagonals) {
    this.kind = kind;
    this.plan = plan;
    this.modalities = modalities;
    this.columns = columns;
    this.diagonals = diagonals;
    this.orders = new RowOrder[(int) columns.dim(0)];
    for (int head = 0; head < orders.length; head++) {
      orders[head] = order(head);
    }
  }

  /** Group by group, phase by phase, in tiles. */
  private RowOrder order(int head) {
    int[] rows = new int[modalities.tokens()];
    List<Integer> ends = new ArrayList<>();
    int count = 0;
    for (int group = 0; group < modalities.groups().length; group++) {
      int[] members = modalities.groups()[group];
      int stride = stride(kind, plan, modalities, head, group);
      int[] next = new int[stride + 1];
      for (int token : members) {
        next[modalities.coordinate(token) % stride + 1]++;
      }
      for (int phase = 0; phase < stride; phase++) {
        for (int end = next[phase + 1]; end > 0; end -= TILE) {
          count += Math.min(end, TILE);
          ends.add(count);
        }
        next[phase + 1] += next[phase];
      }
      int start = count - members.length;
      for (int token : members) {
        rows[start + next[modalities.coordinate(token) % stride]++] = token;
      }
    }
    return new RowOrder(rows, ends.stream().mapToInt(Integer::intValue).toArray());
  }

  /** By what the coordinates of a group's queries fall into phases; one without a grid. */
  static int stride(Boundary kind, BoundaryPlan plan, Modalities modalities, int head, int group) {
    for (int region = 0; region < modalities.regions().length; region++) {
      if (kind.pattern(plan, head, group, region) instanceof Pattern.Lattice lattice) {
        return lattice.lines().stride();
      }
    }
    return 1;
  }

  @Override
  public int rowBlock() {
    return TILE;
  }

  @Override
  public RowOrder rows(int head, int queries) {
    return orders[head];
  }

  @Override
  public int runs(int head, int firstRow, int rows, int[] runs) {
    BitSet kept = kept(head, firstRow);
    int count = 0;
    for (int from = kept.nextSetBit(0);
        from >= 0;
        from = kept.nextSetBit(kept.nextClearBit(from))) {
      int to = kept.nextClearBit(from);
      if (to - from >= SHORTEST_RUN) {
        runs[2 * count] = from;
        runs[2 * count + 1] = to;
        count++;
      }
    }
    return count;
  }

  @Override
  public int maxRuns() {
    return modalities.tokens() / SHORTEST_RUN + 1;
  }

  @Override
  public int columns(int head, int firstRow, int rows, int[] list) {
    BitSet kept = kept(head, firstRow);
    int count = 0;
    for (int from = kept.nextSetBit(0);
        from >= 0;
        from = kept.nextSetBit(kept.nextClearBit(from))) {
      int to = kept.nextClearBit(from);
      for (int key = from; to - from < SHORTEST_RUN && key < to; key++) {
        list[count++] = key;
      }
    }
    return count;
  }

  @Override
  public int maxColumns() {
    return modalities.tokens();
  }

  @Override
  public boolean keepsOwnKey(int head, int firstRow) {
    int token = orders[head].row(firstRow);
    int group = modalities.groupOf()[token];
    Pattern pattern = kind.pattern(plan, head, group, modalities.regionOf()[token]);
    return switch (pattern) {
      case Pattern.None ignored -> true;
      case Pattern.Lattice lattice -> {
        GridLines lines = lattice.lines();
        int coordinate = modalities.coordinate(token);
        yield lines.stride() > 1
            && !lines.slash()
            && !(coordinate % lines.stride() == lines.phase() && (lines.hline() || lines.vline()));
      }
      default -> false;
    };
  }

  /** The keys of the tile that holds place {@code firstRow}. */
  private BitSet kept(int head, int firstRow) {
    RowOrder order = orders[head];
    int tile = Arrays.binarySearch(order.ends(), firstRow + 1);
    tile = tile < 0 ? -tile - 1 : tile;
    int first = order.row(order.start(tile));
    int last = order.row(order.ends()[tile] - 1);
    BitSet kept = new BitSet(modalities.tokens());
    int group = modalities.groupOf()[first];
    for (int region = 0; region < modalities.regions().length; region++) {
      int seen = modalities.seen(region, last);
      if (seen > 0) {
        int from = Math.max(0, modalities.seen(region, first) - 1);
        addRegion(kept, head, group, region, first, from, seen - 1);
      }
    }
    return kept;
  }

  /**
   * Adds a region's keys for a tile.
   *
   * @param first first query of the tile
   * @param from rank of the last key that it sees, 0 if none
   * @param to rank of the last key that the tile's last query sees
   */
  private void addRegion(
      BitSet kept, int head, int group, int region, int first, int from, int to) {
    int width = Math.max(TILE, to - from + 1);
    int end = from + width;
    switch (kind.pattern(plan, head, group, region)) {
      case Pattern.None ignored -> {}
      case Pattern.Dense ignored -> addRange(kept, region, 0, end);
      case Pattern.AShape shape -> {
        addRange(kept, region, 0, shape.sink());
        addRange(kept, region, from - shape.local() + 1, end);
      }
      case Pattern.VerticalSlash ignored -> addLines(kept, head, group, region, end, width);
      case Pattern.Lattice lattice -> addGrid(kept, lattice.lines(), region, first, end);
    }
  }

  private void addLines(BitSet kept, int head, int group, int region, int end, int width) {
    int[] keys = modalities.regions()[region];
    long flags = ((long) head * columns.dim(1) + group) * columns.dim(2);
    int[] offsets = new int[keys.length];
    int count = 0;
    for (int offset = keys.length - 1; offset >= 0; offset--) {
      if (diagonals.u8(flags + modalities.start(region) + offset) != 0) {
        offsets[count++] = offset;
      }
    }
    int[] ranges = new int[2 * (end / width + 2)];
    int rangeCount = LineIndex.ranges(Arrays.copyOf(offsets, count), end, width, ranges);
    for (int range = 0; range < rangeCount; range++) {
      addRange(kept, region, ranges[2 * range], ranges[2 * range + 1]);
    }
    for (int rank = 0; rank < Math.min(end, keys.length); rank++) {
      if (columns.u8(flags + keys[rank]) != 0) {
        kept.set(keys[rank]);
      }
    }
  }

  private void addGrid(BitSet kept, GridLines lines, int region, int first, int end) {
    int phase = modalities.coordinate(first) % lines.stride();
    if (lines.stride() == 1 || (lines.hline() && phase == lines.phase())) {
      addRange(kept, region, 0, end);
      return;
    }
    int[] keys = modalities.regions()[region];
    int stop = Math.min(end, keys.length);
    for (int rank = lines.phase(); lines.vline() && rank < stop; rank += lines.stride()) {
      kept.set(keys[rank]);
    }
    for (int rank = phase; lines.slash() && rank < stop; rank += lines.stride()) {
      kept.set(keys[rank]);
    }
  }

  /** Ranks [from, to) of a region, as far as they exist. */
  private void addRange(BitSet kept, int region, int from, int to) {
    int[] keys = modalities.regions()[region];
    int start = Math.max(0, from);
    int end = Math.min(keys.length, to);
    if (start >= end) {
      return;
    }
    if (keys[end - 1] - keys[start] == end - 1 - start) {
      kept.set(keys[start], keys[end - 1] + 1);
      return;
    }
    for (int rank = start; rank < end; rank++) {
      kept.set(keys[rank]);
    }
  }
}
