package dev.squall.kernels.attention;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The softmax weights of a few query rows over all keys that they see, row by row: what methods
 * look at that judge keys by the last queries. No more rows exist at a time than a thread computes
 * together.
 */
public final class WindowWeights {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Rows that share a pass over the keys, a multiple of the register tile's six. */
  private static final int ROWS = 36;

  private final AttentionShape shape;
  private final MemorySegment q;
  private final MemorySegment k;
  private final int[] rows;

  private WindowWeights(AttentionShape shape, Tensor q, Tensor k, int[] rows) {
    this.shape = shape;
    this.q = q.data();
    this.k = k.data();
    this.rows = rows;
  }

  /** Takes the weights of one row into sums. */
  @FunctionalInterface
  public interface Visitor<S> {
    /**
     * @param row the query row
     * @param weights factor · weights[at + key] is the softmax weight of {@code key}
     * @param visible keys that the row sees
     */
    void row(S sums, int row, float[] weights, int at, int visible, float factor);
  }

  /** Bytes of memory that a call needs. */
  public static long workspaceBytes(AttentionShape shape, int threads) {
    long padded = MatrixTile.padded(shape.tokens());
    return 4 * padded * shape.headSize() + 4 * threads * ROWS * (padded + COLUMNS);
  }

  /**
   * Hands every row of {@code rows} to {@code visitor}, for each head. Rows that are computed
   * together share one sums object, which no other thread has.
   *
   * @param rows query rows, ascending
   * @return for each head the sums of its pieces, in the order of the rows
   */
  public static <S> List<List<S>> visit(
      Tensor q,
      Tensor k,
      AttentionShape shape,
      int[] rows,
      Supplier<S> sums,
      Visitor<S> visitor,
      HostThreads threads) {
    WindowWeights window = new WindowWeights(shape, q, k, rows);
    List<List<S>> all = new ArrayList<>();
    PackedKeyValues packed = PackedKeyValues.ofKeys(shape.tokens(), shape.headSize());
    for (int keyHead = 0; keyHead < shape.keyHeads(); keyHead++) {
      window.pack(packed, keyHead, threads);
      all.addAll(window.visit(packed, keyHead, sums, visitor, threads));
    }
    return all;
  }

  private void pack(PackedKeyValues packed, int keyHead, HostThreads threads) {
    threads.forEach(
        packed.panels(),
        () -> new PackedKeyValues.Packing(shape.headSize()),
        (scratch, panel) -> packed.packKeys(k, keyHead, (int) panel, scratch));
  }

  private <S> List<List<S>> visit(
      PackedKeyValues packed,
      int keyHead,
      Supplier<S> sums,
      Visitor<S> visitor,
      HostThreads threads) {
    int group = shape.heads() / shape.keyHeads();
    int pieces = Math.ceilDiv(rows.length, ROWS);
    List<List<S>> heads = new ArrayList<>();
    for (int i = 0; i < group; i++) {
      heads.add(new ArrayList<>());
      for (int piece = 0; piece < pieces; piece++) {
        heads.get(i).add(sums.get());
      }
    }
    threads.forEach(
        (long) group * pieces,
        Scratch::new,
        (scratch, i) -> {
          int inGroup = (int) (i / pieces);
          int piece = (int) (i % pieces);
          scratch.visit(
              packed,
              keyHead * group + inGroup,
              piece * ROWS,
              heads.get(inGroup).get(piece),
              visitor);
        });
    return heads;
  }

  /** One thread's rows. */
  private final class Scratch {
    private final int stride = MatrixTile.padded(shape.tokens()) + COLUMNS;
    private final float[] queries = new float[ROWS * shape.headSize()];
    private final float[] logits = new float[ROWS * stride];
    private final WindowSoftmax softmax = new WindowSoftmax();

    private <S> void visit(
        PackedKeyValues packed, int head, int first, S sums, Visitor<S> visitor) {
      int count = Math.min(ROWS, rows.length - first);
      load(head, first, count);
      int visible = shape.visibleKeys(rows[first + count - 1]);
      multiply(packed, count, visible);
      for (int i = 0; i < count; i++) {
        int row = rows[first + i];
        int seen = shape.visibleKeys(row);
        float total = softmax.weigh(logits, i * stride, seen);
        visitor.row(sums, row, logits, i * stride, seen, 1 / total);
      }
    }

    private void load(int head, int first, int count) {
      int size = shape.headSize();
      for (int i = 0; i < count; i++) {
        long source = 4L * ((long) head * shape.queries() + rows[first + i]) * size;
        MemorySegment.copy(q, F32, source, queries, i * size, size);
      }
      float scale = (float) (shape.scale() / Math.log(2));
      for (int i = 0; i < count * size; i++) {
        queries[i] *= scale;
      }
    }

    private void multiply(PackedKeyValues packed, int count, int visible) {
      int size = shape.headSize();
      for (int panel = 0; panel < visible; panel += COLUMNS) {
        MatrixTile.multiply(
            queries,
            0,
            size,
            packed.keys(),
            panel * size,
            COLUMNS,
            logits,
            panel,
            stride,
            count,
            size,
            null,
            0);
      }
    }
  }
}
