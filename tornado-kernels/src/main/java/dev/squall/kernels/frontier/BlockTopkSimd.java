package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.BlockMask;
import dev.squall.kernels.attention.KeyRuns;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Block top-k on the host's vector units: scores of the means as matrix products. */
final class BlockTopkSimd {
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Block rows that share a pass over the mean keys. */
  private static final int ROWS = 36;

  private final Call call;
  private final AttentionShape shape;
  private final int block;
  private final int blocks;

  private BlockTopkSimd(Call call) {
    this.call = call;
    this.shape = FrontierShape.of(call.sizes());
    this.block = call.sizes().integer("block");
    this.blocks = call.sizes().extent("NB");
  }

  static void run(Call call, HostThreads threads) {
    BlockTopkSimd search = new BlockTopkSimd(call);
    search.select(threads);
    AttentionShape shape = search.shape;
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        shape,
        KeyRuns.of(shape, new BlockMask(call.out("mask"), search.block)),
        threads);
  }

  /** Fills the mask. */
  private void select(HostThreads threads) {
    int size = shape.headSize();
    float[][] queries = new float[shape.heads()][];
    float[][] panels = new float[shape.keyHeads()][];
    threads.forEach(
        shape.heads() + shape.keyHeads(),
        i -> {
          if (i < shape.heads()) {
            queries[(int) i] = means(call.in("q"), (int) i);
          } else {
            int head = (int) i - shape.heads();
            panels[head] = panels(means(call.in("k"), head), size);
          }
        });
    int pieces = Math.ceilDiv(blocks, ROWS);
    threads.forEach(
        (long) shape.heads() * pieces,
        Scratch::new,
        (scratch, i) -> {
          // Later rows see more blocks, so they come first.
          int first = (pieces - 1 - (int) (i / shape.heads())) * ROWS;
          int head = (int) (i % shape.heads());
          scratch.select(queries[head], panels[shape.keyHead(head)], head, first);
        });
  }

  /** Means of the blocks of one head: [NB][D]. */
  private float[] means(Tensor tensor, int head) {
    int size = shape.headSize();
    float[] means = new float[blocks * size];
    float[] row = new float[size];
    for (int token = 0; token < shape.tokens(); token++) {
      long source = 4L * ((long) head * shape.tokens() + token) * size;
      MemorySegment.copy(tensor.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, source, row, 0, size);
      int target = token / block * size;
      for (int d = 0; d < size; d++) {
        means[target + d] += row[d];
      }
    }
    for (int i = 0; i < blocks; i++) {
      float share = 1f / (Math.min(shape.tokens(), (i + 1) * block) - i * block);
      for (int d = 0; d < size; d++) {
        means[i * size + d] *= share;
      }
    }
    return means;
  }

  /** The means as panels of {@link MatrixTile#COLUMNS}: [panel][D][column]. */
  private static float[] panels(float[] means, int size) {
    int count = means.length / size;
    float[] panels = new float[MatrixTile.padded(count) * size];
    for (int i = 0; i < count; i++) {
      int start = i / COLUMNS * COLUMNS * size + i % COLUMNS;
      for (int d = 0; d < size; d++) {
        panels[start + d * COLUMNS] = means[i * size + d];
      }
    }
    return panels;
  }

  /** One thread's rows of scores. */
  private final class Scratch {
    private final int stride = MatrixTile.padded(blocks);
    private final float[] scores = new float[ROWS * stride];
    private final Largest largest = new Largest(blocks);
    private final byte[] kept = new byte[blocks];

    private void select(float[] queries, float[] panels, int head, int first) {
      int count = Math.min(ROWS, blocks - first);
      int size = shape.headSize();
      for (int panel = 0; panel < first + count; panel += COLUMNS) {
        MatrixTile.multiply(
            queries,
            first * size,
            size,
            panels,
            panel * size,
            COLUMNS,
            scores,
            panel,
            stride,
            count,
            size,
            null,
            0);
      }
      for (int i = 0; i < count; i++) {
        mark(head, first + i, i * stride);
      }
    }

    private void mark(int head, int row, int at) {
      for (int column = 0; column <= row; column++) {
        int rank = BlockTopk.rank(row, column);
        if (rank >= 0) {
          largest.force(column, rank);
        } else {
          largest.offerSigned(column, scores[at + column]);
        }
      }
      Arrays.fill(kept, (byte) 0);
      largest.mark(row + 1, call.sizes().integer("top"), kept, 0);
      long start = ((long) head * blocks + row) * blocks;
      MemorySegment.copy(kept, 0, call.out("mask").data(), ValueLayout.JAVA_BYTE, start, blocks);
    }
  }
}
