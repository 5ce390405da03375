package dev.squall.kernels.modm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The search on the host's vector units, exact: single-precision cosines of all rows leave the few
 * that rounding could have put in the wrong order, and double-precision ones decide between these.
 * The answer therefore depends neither on the width of the vectors nor on the number of threads nor
 * on the other queries of a batch.
 *
 * <p>The cache is read once for all queries. A thread takes a block of rows at a time.
 */
public final class RetrievalSimd {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Rows that a thread takes at a time. */
  private static final int BLOCK = 256;

  /** Candidates of which single precision is asked first. */
  private static final int MANY = 32;

  private final SearchedRows searched;
  private final MemorySegment cache;
  private final long rows;
  private final int width;
  private final float[] queries;
  private final int count;

  private RetrievalSimd(
      SearchedRows searched,
      MemorySegment cache,
      long rows,
      int width,
      float[] queries,
      int count) {
    this.cache = cache;
    this.rows = rows;
    this.width = width;
    this.queries = queries;
    this.count = count;
    this.searched = searched;
  }

  /** Bytes of the padded queries; candidates take little. */
  static long workspaceBytes(Sizes sizes) {
    return (long) CosineTile.padded(sizes.extent("b")) * sizes.extent("E") * Float.BYTES;
  }

  static void run(Call call, HostThreads threads) {
    int count = call.sizes().extent("b");
    int[] index = new int[count];
    float[] similarity = new float[count];
    topOne(
        call.in("cache").data(),
        call.sizes().dim("M"),
        call.sizes().extent("E"),
        call.in("query").toFloatArray(),
        count,
        index,
        similarity,
        threads);
    Tensor indices = call.out("index");
    Tensor similarities = call.out("similarity");
    for (int q = 0; q < count; q++) {
      indices.i32(q, index[q]);
      similarities.f32(q, similarity[q]);
    }
  }

  /**
   * The most similar of the first {@code rows} rows of a cache, the lowest of several.
   *
   * @param cache f32[rows or more, width], rows of length one
   * @param rows at least one
   * @param queries f32[count, width], of length one
   * @param index receives the row, by query
   * @param similarity receives its cosine, by query
   */
  public static void topOne(
      MemorySegment cache,
      long rows,
      int width,
      float[] queries,
      int count,
      int[] index,
      float[] similarity,
      HostThreads threads) {
    SearchedRows plain = new SearchedRows.Plain(cache, width);
    topOne(plain, cache, rows, width, queries, count, index, similarity, threads);
  }

  /**
   * The same from coded rows, which are searched in place of the rows themselves: these are read
   * only where the codes cannot tell.
   *
   * @param codes of the first {@code rows} rows of the cache at least
   */
  public static void topOne(
      CodedRows codes,
      MemorySegment cache,
      long rows,
      int width,
      float[] queries,
      int count,
      int[] index,
      float[] similarity,
      HostThreads threads) {
    topOne((SearchedRows) codes, cache, rows, width, queries, count, index, similarity, threads);
  }

  private static void topOne(
      SearchedRows searched,
      MemorySegment cache,
      long rows,
      int width,
      float[] queries,
      int count,
      int[] index,
      float[] similarity,
      HostThreads threads) {
    float[] padded = Arrays.copyOf(queries, CosineTile.padded(count) * width);
    RetrievalSimd search = new RetrievalSimd(searched, cache, rows, width, padded, count);
    Candidates[] all = new Candidates[count];
    Arrays.setAll(all, q -> new Candidates());
    threads.forEach(
        Math.ceilDiv(rows, (long) BLOCK),
        () -> new Walk(search),
        (walk, block) -> {
          walk.block(block * BLOCK, Math.min(rows, (block + 1) * BLOCK));
          walk.handOver(all);
        });
    threads.forEach(
        count,
        () -> new float[width],
        (held, q) -> {
          Candidates candidates = all[(int) q];
          if (candidates.count() > MANY) {
            candidates.narrow(
                row -> search.roughly((int) q, row, held), CosineTile.rounding(width));
          }
          candidates.decide(row -> search.cosine((int) q, row));
          index[(int) q] = candidates.row();
          similarity[(int) q] = (float) candidates.cosine();
        });
  }

  /** As the reference computes it, to the last bit. */
  private double cosine(int query, long row) {
    double sum = 0;
    for (int i = 0; i < width; i++) {
      sum +=
          (double) queries[query * width + i]
              * cache.get(F32, (row * width + i) * (long) Float.BYTES);
    }
    return sum;
  }

  /** In single precision. */
  private float roughly(int query, long row, float[] held) {
    MemorySegment.copy(cache, F32, row * width * Float.BYTES, held, 0, width);
    FloatVector sums = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i + FLOATS.length() <= width; i += FLOATS.length()) {
      FloatVector values = FloatVector.fromArray(FLOATS, held, i);
      sums = values.fma(FloatVector.fromArray(FLOATS, queries, query * width + i), sums);
    }
    float sum = LaneSum.of(sums);
    for (; i < width; i++) {
      sum += held[i] * queries[query * width + i];
    }
    return sum;
  }

  private boolean equalRows(long one, long other) {
    long bytes = (long) width * Float.BYTES;
    return MemorySegment.mismatch(
            cache, one * bytes, (one + 1) * bytes, cache, other * bytes, (other + 1) * bytes)
        == -1;
  }

  /**
   * What a thread holds: the candidates of the blocks that it has walked since the last hand-over.
   */
  private static final class Walk {
    private final RetrievalSimd search;
    private final CosineTile tile;
    private final Candidates[] own;

    private Walk(RetrievalSimd search) {
      this.search = search;
      this.tile = new CosineTile(search.width);
      this.own = new Candidates[search.count];
      Arrays.setAll(own, q -> new Candidates());
    }

    private void block(long from, long to) {
      for (long start = from; start < to; start += CosineTile.BLOCK) {
        int held = (int) Math.min(CosineTile.BLOCK, to - start);
        search.searched.load(start, held, tile);
        for (int q = 0; q < search.count; q += CosineTile.QUERIES) {
          int queries = Math.min(CosineTile.QUERIES, search.count - q);
          for (int row = 0; row < held; row += CosineTile.ROWS) {
            tile.multiply(row, search.queries, q * search.width, queries);
            offer(q, queries, start + row, Math.min(CosineTile.ROWS, held - row));
          }
        }
      }
    }

    private void offer(int firstQuery, int queries, long firstRow, int rows) {
      for (int q = 0; q < queries; q++) {
        Candidates candidates = own[firstQuery + q];
        for (int r = 0; r < rows; r++) {
          long row = firstRow + r;
          double cosine = search.searched.scale(row) * tile.cosine(r, q);
          double error = search.searched.error(row);
          if (cosine + error >= candidates.threshold()) {
            candidates.add(cosine, error, row, search::equalRows);
          }
        }
      }
    }

    /** Moves what was found to where all threads find it. */
    private void handOver(Candidates[] all) {
      for (int q = 0; q < own.length; q++) {
        synchronized (all[q]) {
          all[q].addAll(own[q]);
        }
      }
    }
  }
}
