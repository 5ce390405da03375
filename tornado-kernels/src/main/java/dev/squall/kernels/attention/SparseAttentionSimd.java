package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Attention on the host's vector units: tiles of query rows walk runs of keys with an online
 * softmax, after FlashAttention (Dao et al., 2022), both products on {@link MatrixTile}. Work is
 * proportional to the keys that {@link KeyRuns} keeps; memory beyond inputs and outputs is the
 * packed keys and values of a few key heads.
 */
public final class SparseAttentionSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Most query rows of a tile, a multiple of ROW_GROUP. */
  private static final int MAX_ROWS = 66;

  /** Query rows whose causal edge is treated alike; the multiply-add kernel's own height. */
  private static final int ROW_GROUP = 6;

  /** Keys of one step, whole panels; the logits of a step stay in the second-level cache. */
  private static final int STEP_KEYS = 256;

  /** Packed keys and values held at once; one key head is held whatever its size. */
  private static final long PACKED_BYTES = 32L << 20;

  private final AttentionShape shape;
  private final KeyRuns runs;
  private final MemorySegment q;
  private final MemorySegment o;
  private final List<int[]> tiles;

  private SparseAttentionSimd(
      AttentionShape shape, KeyRuns runs, MemorySegment q, MemorySegment o) {
    this.shape = shape;
    this.runs = runs;
    this.q = q;
    this.o = o;
    this.tiles = tiles(shape.tokens(), runs.rowBlock());
  }

  /** Bytes of memory that a call needs beyond its tensors. */
  public static long workspaceBytes(AttentionShape shape) {
    long packed = PackedKeyValues.bytes(shape.tokens(), shape.headSize());
    return Math.min(shape.keyHeads() * packed, Math.max(packed, PACKED_BYTES));
  }

  /**
   * Fills {@code o}.
   *
   * @param q [H,L,D]
   * @param k [Hk,L,D]
   * @param v [Hk,L,D]
   * @param o [H,L,D]; a row without keys becomes zero
   */
  public static void attend(
      Tensor q,
      Tensor k,
      Tensor v,
      Tensor o,
      AttentionShape shape,
      KeyRuns runs,
      HostThreads threads) {
    SparseAttentionSimd attention = new SparseAttentionSimd(shape, runs, q.data(), o.data());
    long packed = PackedKeyValues.bytes(shape.tokens(), shape.headSize());
    int together = Math.clamp(PACKED_BYTES / packed, 1, shape.keyHeads());
    PackedKeyValues[] slots = new PackedKeyValues[together];
    for (int i = 0; i < together; i++) {
      slots[i] = new PackedKeyValues(shape.tokens(), shape.headSize());
    }
    for (int first = 0; first < shape.keyHeads(); first += together) {
      int count = Math.min(together, shape.keyHeads() - first);
      pack(k.data(), v.data(), slots, first, count, shape, threads);
      attention.attend(slots, first, count, threads);
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
        () -> new float[COLUMNS * shape.headSize()],
        (scratch, i) -> {
          int slot = (int) (i / panels);
          slots[slot].packPanel(k, v, firstKeyHead + slot, (int) (i % panels), scratch);
        });
  }

  /** All query tiles of the heads that read key heads [firstKeyHead, firstKeyHead + count). */
  private void attend(PackedKeyValues[] slots, int firstKeyHead, int count, HostThreads threads) {
    int group = shape.heads() / shape.keyHeads();
    int heads = count * group;
    threads.forEach(
        (long) heads * tiles.size(),
        Scratch::new,
        (scratch, i) -> {
          // The last tiles see the most keys: start with them, so that no thread ends late.
          int[] tile = tiles.get(tiles.size() - 1 - (int) (i / heads));
          int head = firstKeyHead * group + (int) (i % heads);
          PackedKeyValues packed = slots[shape.keyHead(head) - firstKeyHead];
          attendTile(scratch, packed, head, tile[0], tile[1]);
        });
  }

  /** Cuts rows into tiles (first row, rows) of at most MAX_ROWS that cross no block's end. */
  private static List<int[]> tiles(int tokens, int rowBlock) {
    List<int[]> tiles = new ArrayList<>();
    for (int block = 0; block < tokens; block += rowBlock) {
      int blockRows = Math.min(rowBlock, tokens - block);
      int pieces = Math.ceilDiv(blockRows, MAX_ROWS);
      int rows = Math.ceilDiv(Math.ceilDiv(blockRows, pieces), ROW_GROUP) * ROW_GROUP;
      for (int row = 0; row < blockRows; row += rows) {
        tiles.add(new int[] {block + row, Math.min(rows, blockRows - row)});
      }
    }
    return tiles;
  }

  private void attendTile(
      Scratch scratch, PackedKeyValues packed, int head, int firstRow, int rows) {
    loadQueries(scratch, head, firstRow, rows);
    Arrays.fill(scratch.sums, 0);
    scratch.softmax.reset();
    int visible = shape.visibleKeys(firstRow + rows - 1);
    int count = runs.runs(head, firstRow, rows, scratch.runs);
    for (int run = 0; run < count; run++) {
      int end = Math.min(scratch.runs[2 * run + 1], visible);
      for (int start = scratch.runs[2 * run]; start < end; ) {
        int stepEnd = Math.min(end, start - start % COLUMNS + STEP_KEYS);
        step(scratch, packed, firstRow, rows, start, stepEnd);
        start = stepEnd;
      }
    }
    storeOutputs(scratch, packed.valueStride(), head, firstRow, rows);
  }

  private void loadQueries(Scratch scratch, int head, int firstRow, int rows) {
    int size = shape.headSize();
    long source = 4L * ((long) head * shape.tokens() + firstRow) * size;
    MemorySegment.copy(q, F32, source, scratch.queries, 0, rows * size);
    float scale = (float) (shape.scale() / Math.log(2));
    for (int i = 0; i < rows * size; i++) {
      scratch.queries[i] *= scale;
    }
  }

  private void storeOutputs(Scratch scratch, int stride, int head, int firstRow, int rows) {
    int size = shape.headSize();
    for (int row = 0; row < rows; row++) {
      float total = scratch.softmax.total(row);
      float inverse = total > 0 ? 1 / total : 0;
      for (int d = 0; d < size; d++) {
        scratch.sums[row * stride + d] *= inverse;
      }
      long target = 4L * ((long) head * shape.tokens() + firstRow + row) * size;
      MemorySegment.copy(scratch.sums, row * stride, o, F32, target, size);
    }
  }

  /** Keys [start, end) of one tile; at most STEP_KEYS of them, counted from a panel's start. */
  private void step(
      Scratch scratch, PackedKeyValues packed, int firstRow, int rows, int start, int end) {
    boolean edge =
        shape.causal() && end > firstRow + 1 || runs.firstKey(firstRow + rows - 1) > start;
    int base = start - start % COLUMNS;
    if (edge) {
      edgeLogits(scratch, packed, firstRow, rows, base, end);
      edgeWeights(scratch, firstRow, rows, start - base, base, end);
      edgeSums(scratch, packed, firstRow, rows, start, base, end);
    } else {
      logits(scratch, packed, 0, rows, base, end);
      for (int row = 0; row < rows; row++) {
        scratch.softmax.step(
            scratch.logits, row * Scratch.LOGIT_STRIDE + start - base, end - start, row);
      }
      sums(scratch, packed, 0, rows, start, base, end - start);
    }
  }

  private void logits(
      Scratch scratch, PackedKeyValues packed, int row, int rows, int base, int end) {
    int size = shape.headSize();
    for (int panel = base; panel < end; panel += COLUMNS) {
      MatrixTile.multiply(
          scratch.queries,
          row * size,
          size,
          packed.keys(),
          panel * size,
          COLUMNS,
          scratch.logits,
          row * Scratch.LOGIT_STRIDE + panel - base,
          Scratch.LOGIT_STRIDE,
          rows,
          size,
          null,
          0);
    }
  }

  private void sums(
      Scratch scratch, PackedKeyValues packed, int row, int rows, int start, int base, int depth) {
    int stride = packed.valueStride();
    for (int column = 0; column < stride; column += COLUMNS) {
      MatrixTile.multiply(
          scratch.logits,
          row * Scratch.LOGIT_STRIDE + start - base,
          Scratch.LOGIT_STRIDE,
          packed.values(),
          start * stride + column,
          stride,
          scratch.sums,
          row * stride + column,
          stride,
          rows,
          depth,
          scratch.softmax.fade(),
          row);
    }
  }

  /** As {@link #logits}, leaving out the panels that a group of rows cannot see. */
  private void edgeLogits(
      Scratch scratch, PackedKeyValues packed, int firstRow, int rows, int base, int end) {
    for (int row = 0; row < rows; row += ROW_GROUP) {
      int count = Math.min(ROW_GROUP, rows - row);
      logits(scratch, packed, row, count, base, seenEnd(firstRow + row + count - 1, end));
    }
  }

  /** The end of the keys that {@code row} may see, of those below {@code end}. */
  private int seenEnd(int row, int end) {
    return Math.min(end, shape.visibleKeys(row));
  }

  private void edgeWeights(
      Scratch scratch, int firstRow, int rows, int skipped, int base, int end) {
    for (int row = 0; row < rows; row++) {
      int offset = row * Scratch.LOGIT_STRIDE + skipped;
      int seen = Math.max(0, seenEnd(firstRow + row, end) - base - skipped);
      int hidden = Math.clamp(runs.firstKey(firstRow + row) - base - skipped, 0, seen);
      if (seen > hidden) {
        scratch.softmax.step(scratch.logits, offset + hidden, seen - hidden, row);
      } else {
        scratch.softmax.skip(row);
      }
      // The rows of a group share one depth in the second product: what a row cannot see weighs 0.
      Arrays.fill(scratch.logits, offset, offset + hidden, 0);
      int lastRow = firstRow + Math.min(rows, row - row % ROW_GROUP + ROW_GROUP) - 1;
      int depth = seenEnd(lastRow, end) - base - skipped;
      for (int i = seen; i < depth; i++) {
        scratch.logits[offset + i] = 0;
      }
    }
  }

  private void edgeSums(
      Scratch scratch,
      PackedKeyValues packed,
      int firstRow,
      int rows,
      int start,
      int base,
      int end) {
    for (int row = 0; row < rows; row += ROW_GROUP) {
      int count = Math.min(ROW_GROUP, rows - row);
      int depth = seenEnd(firstRow + row + count - 1, end) - start;
      if (depth > 0) {
        sums(scratch, packed, row, count, start, base, depth);
      }
    }
  }

  /** What one thread needs for a tile. */
  private final class Scratch {
    /** Panels of a step, and room for the vector that the softmax may write beyond the last. */
    private static final int LOGIT_STRIDE = STEP_KEYS + COLUMNS;

    private final float[] queries = new float[MAX_ROWS * shape.headSize()];
    private final float[] logits = new float[MAX_ROWS * LOGIT_STRIDE];
    private final float[] sums = new float[MAX_ROWS * MatrixTile.padded(shape.headSize())];
    private final SoftmaxRows softmax = new SoftmaxRows(MAX_ROWS);
    private final int[] runs = new int[2 * SparseAttentionSimd.this.runs.maxRuns()];
  }
}
