package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.SparseAttentionSimd;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.spec.Call;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Quest on the host's vector units: features in the lanes. */
final class QuestSimd {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Pages that a thread scores together. */
  private static final int PIECE = 32;

  private QuestSimd() {}

  static void run(Call call, HostThreads threads) {
    QuestPages pages = QuestPages.of(call.sizes());
    int candidates = pages.current();
    float[][] scores = new float[pages.choosers()][candidates];
    int pieces = Math.ceilDiv(candidates, PIECE);
    float[] queries = call.in("q").toFloatArray();
    threads.forEach(
        (long) pages.choosers() * pieces,
        i -> {
          int chooser = (int) (i / pieces);
          int first = (int) (i % pieces) * PIECE;
          int end = Math.min(candidates, first + PIECE);
          for (int page = first; page < end; page++) {
            scores[chooser][page] = score(call.in("k").data(), queries, pages, chooser, page);
          }
        });
    threads.forEach(
        pages.choosers(), chooser -> choose(call, pages, (int) chooser, scores[(int) chooser]));
    SparseAttentionSimd.attend(
        call.in("q"),
        call.in("k"),
        call.in("v"),
        call.out("o"),
        pages.shape(),
        pages.index(call.out("pages")),
        threads);
  }

  private static float score(
      MemorySegment k, float[] queries, QuestPages pages, int chooser, int page) {
    AttentionShape shape = pages.shape();
    int size = shape.headSize();
    long start =
        ((long) pages.keyHead(chooser) * shape.tokens() + (long) page * pages.page()) * size;
    int first = chooser * pages.served() * size;
    float[] lanes = LaneSum.room();
    float sum = 0;
    int d = 0;
    for (; d <= size - LANES; d += LANES) {
      sum += bound(k, start + d, pages.page(), size, queries, first + d, pages.served(), lanes);
    }
    if (d < size) {
      VectorMask<Float> rest = SPECIES.indexInRange(d, size);
      sum +=
          bound(k, start + d, pages.page(), size, queries, first + d, pages.served(), lanes, rest);
    }
    return sum;
  }

  /** What features d … d + LANES − 1 contribute, over all queries. */
  private static float bound(
      MemorySegment k,
      long at,
      int tokens,
      int size,
      float[] queries,
      int query,
      int served,
      float[] lanes) {
    FloatVector least =
        FloatVector.fromMemorySegment(SPECIES, k, at * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
    FloatVector most = least;
    for (int token = 1; token < tokens; token++) {
      long next = (at + (long) token * size) * Float.BYTES;
      FloatVector key = FloatVector.fromMemorySegment(SPECIES, k, next, ByteOrder.LITTLE_ENDIAN);
      least = least.blend(key, key.compare(VectorOperators.LT, least));
      most = most.blend(key, key.compare(VectorOperators.GT, most));
    }
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < served; i++) {
      FloatVector q = FloatVector.fromArray(SPECIES, queries, query + i * size);
      FloatVector low = q.mul(least);
      FloatVector high = q.mul(most);
      sum = sum.add(low.blend(high, high.compare(VectorOperators.GT, low)));
    }
    sum.intoArray(lanes, 0);
    return LaneSum.of(lanes);
  }

  /** As above for the last features of a row. */
  private static float bound(
      MemorySegment k,
      long at,
      int tokens,
      int size,
      float[] queries,
      int query,
      int served,
      float[] lanes,
      VectorMask<Float> rest) {
    FloatVector least =
        FloatVector.fromMemorySegment(SPECIES, k, at * Float.BYTES, ByteOrder.LITTLE_ENDIAN, rest);
    FloatVector most = least;
    for (int token = 1; token < tokens; token++) {
      long next = (at + (long) token * size) * Float.BYTES;
      FloatVector key =
          FloatVector.fromMemorySegment(SPECIES, k, next, ByteOrder.LITTLE_ENDIAN, rest);
      least = least.blend(key, key.compare(VectorOperators.LT, least));
      most = most.blend(key, key.compare(VectorOperators.GT, most));
    }
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < served; i++) {
      FloatVector q = FloatVector.fromArray(SPECIES, queries, query + i * size, rest);
      FloatVector low = q.mul(least);
      FloatVector high = q.mul(most);
      sum = sum.add(low.blend(high, high.compare(VectorOperators.GT, low)));
    }
    sum.intoArray(lanes, 0);
    return LaneSum.of(lanes);
  }

  private static void choose(Call call, QuestPages pages, int chooser, float[] scores) {
    Largest largest = new Largest(scores.length);
    for (int page = 0; page < scores.length; page++) {
      largest.offerSigned(page, scores[page]);
    }
    byte[] kept = new byte[scores.length + 1];
    largest.mark(scores.length, pages.kept() - 1, kept, 0);
    kept[scores.length] = 1;
    long at = (long) chooser * pages.kept() * Integer.BYTES;
    for (int page = 0; page < kept.length; page++) {
      if (kept[page] == 1) {
        call.out("pages").data().set(ValueLayout.JAVA_INT_UNALIGNED, at, page);
        at += Integer.BYTES;
      }
    }
  }
}
