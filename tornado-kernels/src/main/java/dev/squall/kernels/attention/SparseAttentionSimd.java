package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.Reserve;
import dev.squall.kernels.host.ScaledCopy;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Attention on the host's vector units: tiles of query rows walk runs of keys with an online
 * softmax, after FlashAttention (Dao et al., 2022), both products on {@link MatrixTile}. Single
 * keys, and runs that would fill their panels badly, are gathered into panels of their own first.
 * Work is proportional to the keys that {@link KeyRuns} keeps; memory beyond inputs and outputs is
 * the packed keys and values of a few key heads.
 */
public final class SparseAttentionSimd {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /**
   * Most query rows of a tile: a block of 128 is one tile, and keys and values come from the third
   * cache half as often as with tiles of half as many.
   */
  private static final int MAX_ROWS = 132;

  /** Tiles that each thread should have at least, so that none ends late. */
  private static final int TILES_OF_THREAD = 8;

  /** Most query rows that go through a step together: the height of a register tile. */
  private static final int ROW_GROUP = 6;

  /** Keys of one step, whole panels; they and their values stay in the second-level cache. */
  private static final int STEP_KEYS = 256;

  /** Packed keys and values held at once; one key head is held whatever its size. */
  private static final long PACKED_BYTES = 32L << 20;

  private static final Reserve RESERVE = new Reserve(PACKED_BYTES);

  /** A run is gathered if its panels hold more other keys than this part of its own. */
  private static final int WASTE_PART = 4;

  /**
   * Rows that are computed together: places [first, first + rows) of a head's order.
   *
   * @param last the last row of them
   */
  private record Tile(int head, int first, int rows, int last) {}

  private final AttentionShape shape;
  private final KeyRuns index;
  private final MemorySegment q;
  private final MemorySegment k;
  private final MemorySegment v;
  private final MemorySegment o;
  private final RowOrder[] orders;

  private SparseAttentionSimd(
      AttentionShape shape, KeyRuns index, Tensor q, Tensor k, Tensor v, Tensor o) {
    this.shape = shape;
    this.index = index;
    this.q = q.data();
    this.k = k.data();
    this.v = v.data();
    this.o = o.data();
    this.orders = new RowOrder[shape.heads()];
    for (int head = 0; head < orders.length; head++) {
      orders[head] = index.rows(head, shape.queries());
    }
  }

  /** Bytes of memory that a call needs beyond its tensors. */
  public static long workspaceBytes(AttentionShape shape) {
    long packed = PackedKeyValues.bytes(shape.tokens(), shape.headSize());
    return Math.min(shape.keyHeads() * packed, Math.max(packed, PACKED_BYTES));
  }

  /**
   * Fills {@code o}.
   *
   * @param q [H, queries, D]
   * @param k [Hk,L,D]
   * @param v [Hk,L,D]
   * @param o [H, queries, D]; a row without keys becomes zero
   */
  public static void attend(
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor o,
      AttentionShape shape,
      KeyRuns index,
      HostThreads threads) {
    SparseAttentionSimd attention = new SparseAttentionSimd(shape, index, q, k, v, o);
    if (index.maxRuns() == 0) {
      // Nothing but single keys: to pack the others would cost more than to attend.
      attention.attend(new PackedKeyValues[shape.keyHeads()], 0, shape.keyHeads(), threads);
      return;
    }
    long packed = PackedKeyValues.bytes(shape.tokens(), shape.headSize());
    int together = Math.clamp(PACKED_BYTES / packed, 1, shape.keyHeads());
    PackedKeyValues[] slots = new PackedKeyValues[together];
    for (int i = 0; i < together; i++) {
      slots[i] = PackedKeyValues.of(shape.tokens(), shape.headSize(), RESERVE);
    }
    for (int first = 0; first < shape.keyHeads(); first += together) {
      int count = Math.min(together, shape.keyHeads() - first);
      pack(k.data(), v.data(), slots, first, count, shape, threads);
      attention.attend(slots, first, count, threads);
    }
    for (PackedKeyValues slot : slots) {
      slot.leaveTo(RESERVE);
    }
  }

  private static void pack(
      MemorySegment k,
      MemorySegment v,
      PackedKeyValues[] slots,
      int firstKeyHead,
      int count,
      AttentionShape shape,
      HostThreads threads) {
    int panels = slots[0].panels();
    threads.forEach(
        (long) count * panels,
        () -> new PackedKeyValues.Packing(shape.headSize()),
        (packing, i) -> {
          int slot = (int) (i / panels);
          slots[slot].packPanel(k, v, firstKeyHead + slot, (int) (i % panels), packing);
        });
  }

  /** All query tiles of the heads that read key heads [firstKeyHead, firstKeyHead + count). */
  private void attend(PackedKeyValues[] slots, int firstKeyHead, int count, HostThreads threads) {
    int group = shape.heads() / shape.keyHeads();
    int mostRows = mostRows(count * group, threads);
    List<Tile> tiles = new ArrayList<>();
    for (int head = firstKeyHead * group; head < (firstKeyHead + count) * group; head++) {
      addTiles(tiles, head, mostRows);
    }
    // The last rows see the most keys: start with them, so that no thread ends late.
    tiles.sort(Comparator.comparingInt(Tile::last).reversed());
    threads.forEach(
        tiles.size(),
        Scratch::new,
        (scratch, i) -> {
          Tile tile = tiles.get((int) i);
          attendTile(scratch, slots[shape.keyHead(tile.head()) - firstKeyHead], tile);
        });
  }

  /** Cuts the rows of a head into tiles of much the same size that cross no group's end. */
  private void addTiles(List<Tile> tiles, int head, int mostRows) {
    RowOrder order = orders[head];
    for (int group = 0; group < order.groups(); group++) {
      int start = order.start(group);
      int end = order.ends()[group];
      int parts = Math.ceilDiv(end - start, ROW_GROUP);
      int pieces = Math.ceilDiv(end - start, mostRows);
      for (int piece = 0; piece < pieces; piece++) {
        int first = start + piece * parts / pieces * ROW_GROUP;
        int next = Math.min(end, start + (piece + 1) * parts / pieces * ROW_GROUP);
        tiles.add(new Tile(head, first, next - first, order.row(next - 1)));
      }
    }
  }

  /** Rows of a tile: most if that leaves enough tiles for all threads, else half as many. */
  private int mostRows(int heads, HostThreads threads) {
    long even = (long) heads * shape.queries() / (TILES_OF_THREAD * threads.count());
    return Math.clamp(even / ROW_GROUP * ROW_GROUP, MAX_ROWS / 2, MAX_ROWS);
  }

  private void attendTile(Scratch scratch, PackedKeyValues packed, Tile tile) {
    loadQueries(scratch, tile);
    Arrays.fill(scratch.sums, 0);
    scratch.softmax.reset();
    int head = tile.head();
    int visible = shape.visibleKeys(tile.last());
    int count = index.runs(head, tile.first(), tile.rows(), scratch.runs);
    int gathered = 0;
    for (int run = 0; run < count; run++) {
      int start = scratch.runs[2 * run];
      int end = scratch.runs[2 * run + 1];
      if (fillsPanels(start, end)) {
        runSteps(scratch, packed, tile.rows(), start, Math.min(end, visible));
      } else {
        for (int key = start; key < Math.min(end, visible); key++) {
          scratch.list[gathered++] = key;
          if (gathered == STEP_KEYS) {
            listStep(scratch, packed, tile, scratch.list, 0, gathered);
            gathered = 0;
          }
        }
      }
    }
    if (gathered > 0) {
      listStep(scratch, packed, tile, scratch.list, 0, gathered);
    }
    columnSteps(scratch, packed, tile, visible);
    if (index.keepsOwnKey(head, tile.first())) {
      ownKeyStep(scratch, packed, tile);
    }
    storeOutputs(scratch, tile);
  }

  /** Whether a run's panels hold few keys beside the run's own. */
  private static boolean fillsPanels(int start, int end) {
    int from = start - start % COLUMNS;
    return MatrixTile.padded(end) - from - (end - start) <= (end - start) / WASTE_PART;
  }

  private void runSteps(Scratch scratch, PackedKeyValues packed, int rows, int from, int end) {
    for (int start = from; start < end; ) {
      int stepEnd = Math.min(end, start - start % COLUMNS + STEP_KEYS);
      int lastFirstKey = index.firstKey(scratch.positions[rows - 1]);
      boolean edge = shape.causal() && stepEnd > scratch.positions[0] + 1 || lastFirstKey > start;
      for (int row = 0; edge && row < rows; row++) {
        int position = scratch.positions[row];
        int visibleEnd = shape.causal() ? position + 1 : stepEnd;
        scratch.seen[row] = Math.clamp(visibleEnd - start, 0, stepEnd - start);
        scratch.hidden[row] = Math.clamp(index.firstKey(position) - start, 0, scratch.seen[row]);
      }
      step(scratch, packed, rows, start, stepEnd, edge);
      start = stepEnd;
    }
  }

  private void columnSteps(Scratch scratch, PackedKeyValues packed, Tile tile, int visible) {
    int[] columns = scratch.columns;
    int count = index.columns(tile.head(), tile.first(), tile.rows(), columns);
    while (count > 0 && columns[count - 1] >= visible) {
      count--;
    }
    for (int from = 0; from < count; from += STEP_KEYS) {
      listStep(scratch, packed, tile, columns, from, Math.min(STEP_KEYS, count - from));
    }
  }

  /** A step over keys [from, from + count) of an ascending list. */
  private void listStep(
      Scratch scratch, PackedKeyValues packed, Tile tile, int[] list, int from, int count) {
    gather(scratch, packed, tile, list, from, count);
    boolean edge =
        shape.causal() && list[from + count - 1] > scratch.positions[0]
            || index.firstKey(scratch.positions[tile.rows() - 1]) > list[from];
    int seen = shape.causal() ? 0 : count;
    int hidden = 0;
    for (int row = 0; edge && row < tile.rows(); row++) {
      while (seen < count && list[from + seen] <= scratch.positions[row]) {
        seen++;
      }
      int firstKey = index.firstKey(scratch.positions[row]);
      while (hidden < seen && list[from + hidden] < firstKey) {
        hidden++;
      }
      scratch.seen[row] = seen;
      scratch.hidden[row] = hidden;
    }
    step(scratch, scratch.gathered, tile.rows(), 0, count, edge);
  }

  private void gather(
      Scratch scratch, PackedKeyValues packed, Tile tile, int[] list, int from, int count) {
    long firstToken = (long) shape.keyHead(tile.head()) * shape.tokens();
    scratch.gathered.gather(k, v, firstToken, packed, list, from, count, scratch.keyRow);
  }

  /** A step over the rows' own keys, of which each row takes one. */
  private void ownKeyStep(Scratch scratch, PackedKeyValues packed, Tile tile) {
    int rows = tile.rows();
    gather(scratch, packed, tile, scratch.positions, 0, rows);
    for (int first = 0, count; first < rows; first += count) {
      count = MatrixTile.rowsOfNext(rows - first);
      int base = first - first % COLUMNS;
      int keys = first + count - base;
      logits(scratch, scratch.gathered, first, count, base, base + keys);
      for (int row = 0; row < count; row++) {
        int offset = row * Scratch.LOGIT_STRIDE;
        float own = scratch.logits[offset + first + row - base];
        Arrays.fill(scratch.logits, offset, offset + keys, Float.NEGATIVE_INFINITY);
        scratch.logits[offset + first + row - base] = own;
        scratch.softmax.step(scratch.logits, offset, keys, first + row);
      }
      sums(scratch, scratch.gathered, first, count, base, base, keys);
    }
  }

  private void loadQueries(Scratch scratch, Tile tile) {
    int size = shape.headSize();
    RowOrder order = orders[tile.head()];
    float scale = (float) (shape.scale() / Math.log(2));
    for (int row = 0; row < tile.rows(); row++) {
      int query = order.row(tile.first() + row);
      scratch.positions[row] = shape.position(query);
      long source = ((long) tile.head() * shape.queries() + query) * size;
      ScaledCopy.toArray(q, source, size, scale, scratch.queries, row * size);
    }
  }

  private void storeOutputs(Scratch scratch, Tile tile) {
    int size = shape.headSize();
    int stride = MatrixTile.padded(size);
    RowOrder order = orders[tile.head()];
    for (int row = 0; row < tile.rows(); row++) {
      float total = scratch.softmax.total(row);
      float inverse = total > 0 ? 1 / total : 0;
      int query = order.row(tile.first() + row);
      long target = ((long) tile.head() * shape.queries() + query) * size;
      ScaledCopy.toSegment(scratch.sums, row * stride, size, inverse, o, target);
    }
  }

  /**
   * Keys [start, end) of {@code packed} for one tile; at most STEP_KEYS of them, counted from a
   * panel's start. The rows of a register tile go through both products together, so that their
   * logits stay in the first-level cache; keys and values are in the second.
   *
   * @param edge whether some row sees fewer than all; then {@code seen} says how many
   */
  private void step(
      Scratch scratch, PackedKeyValues packed, int rows, int start, int end, boolean edge) {
    int base = start - start % COLUMNS;
    for (int row = 0, count; row < rows; row += count) {
      count = MatrixTile.rowsOfNext(rows - row);
      int seen = edge ? scratch.seen[row + count - 1] : end - start;
      if (seen > 0) {
        logits(scratch, packed, row, count, base, start + seen);
        if (edge) {
          edgeWeights(scratch, row, count, start - base, seen);
        } else {
          weights(scratch, row, count, start - base, seen);
        }
        sums(scratch, packed, row, count, start, base, seen);
      }
    }
  }

  /** Logits of {@code count} rows with keys [base, end), where {@code base} begins a panel. */
  private void logits(
      Scratch scratch, PackedKeyValues packed, int row, int count, int base, int end) {
    int panel = base;
    for (; panel + COLUMNS <= end; panel += COLUMNS) {
      logits(scratch, packed, row, count, panel, panel - base, COLUMNS);
    }
    if (panel < end) {
      logits(scratch, packed, row, count, panel, panel - base, end - panel);
    }
  }

  private void logits(
      Scratch scratch, PackedKeyValues packed, int row, int count, int panel, int to, int keys) {
    int size = shape.headSize();
    MatrixTile.multiply(
        scratch.queries,
        row * size,
        size,
        packed.keys(),
        panel * size,
        COLUMNS,
        scratch.logits,
        to,
        Scratch.LOGIT_STRIDE,
        count,
        keys,
        size);
  }

  private static void weights(Scratch scratch, int first, int count, int skipped, int keys) {
    for (int row = 0; row < count; row++) {
      int offset = row * Scratch.LOGIT_STRIDE + skipped;
      scratch.softmax.step(scratch.logits, offset, keys, first + row);
    }
  }

  /** Rows that share one depth in the second product: what a row cannot see weighs nothing. */
  private static void edgeWeights(Scratch scratch, int first, int count, int skipped, int depth) {
    for (int row = 0; row < count; row++) {
      int offset = row * Scratch.LOGIT_STRIDE + skipped;
      int seen = scratch.seen[first + row];
      int hidden = scratch.hidden[first + row];
      if (seen > hidden) {
        scratch.softmax.step(scratch.logits, offset + hidden, seen - hidden, first + row);
      } else {
        scratch.softmax.skip(first + row);
      }
      Arrays.fill(scratch.logits, offset, offset + hidden, 0);
      Arrays.fill(scratch.logits, offset + seen, offset + depth, 0);
    }
  }

  private void sums(
      Scratch scratch, PackedKeyValues packed, int row, int count, int start, int base, int depth) {
    int stride = packed.valueStride();
    for (int column = 0; column < stride; column += COLUMNS) {
      MatrixTile.multiply(
          scratch.logits,
          start - base,
          Scratch.LOGIT_STRIDE,
          packed.values(),
          start * stride + column,
          stride,
          scratch.sums,
          row * stride + column,
          stride,
          count,
          depth,
          scratch.softmax.fade(),
          row);
    }
  }

  /** What one thread needs for a tile. */
  private final class Scratch {
    /** Panels of a step, and room for the vector that the softmax may write beyond the last. */
    private static final int LOGIT_STRIDE = STEP_KEYS + COLUMNS;

    private final float[] queries = new float[MAX_ROWS * shape.headSize()];
    private final float[] logits = new float[ROW_GROUP * LOGIT_STRIDE];
    private final float[] sums = new float[MAX_ROWS * MatrixTile.padded(shape.headSize())];
    private final SoftmaxRows softmax = new SoftmaxRows(MAX_ROWS);
    private final PackedKeyValues gathered = new PackedKeyValues(STEP_KEYS, shape.headSize());
    private final float[] keyRow = new float[shape.headSize()];

    /** The tokens that the rows are. */
    private final int[] positions = new int[MAX_ROWS];

    /** Keys of a step that a row sees. */
    private final int[] seen = new int[MAX_ROWS];

    /** Of these, keys in front of the first that it may see. */
    private final int[] hidden = new int[MAX_ROWS];

    private final int[] runs = new int[2 * index.maxRuns()];
    private final int[] columns = new int[index.maxColumns()];
    private final int[] list = new int[STEP_KEYS];
  }
}
