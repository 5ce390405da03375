package dev.squall.kernels.modm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of {@link #ROWS} rows with {@link #QUERIES} queries in single precision: 24
 * accumulators of a vector each, read straight from the cache's memory.
 */
final class CosineTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  static final int ROWS = 4;
  static final int QUERIES = 6;

  private final int width;
  private final int vectors;
  private final float[] partial = new float[ROWS * QUERIES * LANES];
  private final float[] cosines = new float[ROWS * QUERIES];
  private final MemorySegment padding;

  CosineTile(int width) {
    this.width = width;
    this.vectors = width / LANES;
    // Off the heap like the cache: one kind of memory keeps the loads fast.
    this.padding = Arena.ofAuto().allocate((long) ROWS * width * Float.BYTES, 64);
  }

  /** {@code queries} rounded up to whole tiles. */
  static int padded(int queries) {
    return Math.multiplyExact(Math.ceilDiv(queries, QUERIES), QUERIES);
  }

  /**
   * Twice what a sum may be off, for rows and queries of about length one: a lane adds width /
   * LANES products, then come the lanes and what no vector holds.
   */
  static double rounding(int width) {
    return 2 * 1.01 * (width / LANES + 2 * LANES + 8) * 0x1p-24;
  }

  /** The last {@code held} rows from {@code row} on, followed by others of no meaning. */
  MemorySegment padded(MemorySegment cache, long row, int held) {
    MemorySegment.copy(
        cache, row * width * Float.BYTES, padding, 0, (long) held * width * Float.BYTES);
    return padding;
  }

  float cosine(int row, int query) {
    return cosines[query * ROWS + row];
  }

  /**
   * @param offset of the first row, in bytes
   * @param at of the first query, in elements
   */
  void multiply(MemorySegment rows, long offset, float[] queries, int at) {
    accumulate(rows, offset, queries, at, width, vectors * LANES, partial);
    add(rows, offset, queries, at);
  }

  /** Adds the lanes, and what is left of the rows behind the last whole vector. */
  private void add(MemorySegment rows, long offset, float[] queries, int at) {
    for (int i = 0; i < ROWS * QUERIES; i++) {
      cosines[i] =
          FloatVector.fromArray(SPECIES, partial, i * LANES).reduceLanes(VectorOperators.ADD);
    }
    for (int d = vectors * LANES; d < width; d++) {
      for (int r = 0; r < ROWS; r++) {
        float value = rows.get(F32, offset + ((long) r * width + d) * Float.BYTES);
        for (int q = 0; q < QUERIES; q++) {
          cosines[q * ROWS + r] += value * queries[at + q * width + d];
        }
      }
    }
  }

  private static void accumulate(
      MemorySegment rows,
      long offset,
      float[] queries,
      int at,
      int width,
      int end,
      float[] partial) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
    FloatVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
    FloatVector s20 = zero, s21 = zero, s22 = zero, s23 = zero;
    FloatVector s30 = zero, s31 = zero, s32 = zero, s33 = zero;
    FloatVector s40 = zero, s41 = zero, s42 = zero, s43 = zero;
    FloatVector s50 = zero, s51 = zero, s52 = zero, s53 = zero;
    long bytes = (long) width * Float.BYTES;
    long row1 = offset + bytes;
    long row2 = row1 + bytes;
    long row3 = row2 + bytes;
    int q1 = at + width;
    int q2 = q1 + width;
    int q3 = q2 + width;
    int q4 = q3 + width;
    int q5 = q4 + width;
    for (int d = 0; d < end; d += LANES) {
      long shift = 4L * d;
      FloatVector x0 = FloatVector.fromMemorySegment(SPECIES, rows, offset + shift, ORDER);
      FloatVector x1 = FloatVector.fromMemorySegment(SPECIES, rows, row1 + shift, ORDER);
      FloatVector x2 = FloatVector.fromMemorySegment(SPECIES, rows, row2 + shift, ORDER);
      FloatVector x3 = FloatVector.fromMemorySegment(SPECIES, rows, row3 + shift, ORDER);
      FloatVector y = FloatVector.fromArray(SPECIES, queries, at + d);
      s00 = x0.fma(y, s00);
      s01 = x1.fma(y, s01);
      s02 = x2.fma(y, s02);
      s03 = x3.fma(y, s03);
      y = FloatVector.fromArray(SPECIES, queries, q1 + d);
      s10 = x0.fma(y, s10);
      s11 = x1.fma(y, s11);
      s12 = x2.fma(y, s12);
      s13 = x3.fma(y, s13);
      y = FloatVector.fromArray(SPECIES, queries, q2 + d);
      s20 = x0.fma(y, s20);
      s21 = x1.fma(y, s21);
      s22 = x2.fma(y, s22);
      s23 = x3.fma(y, s23);
      y = FloatVector.fromArray(SPECIES, queries, q3 + d);
      s30 = x0.fma(y, s30);
      s31 = x1.fma(y, s31);
      s32 = x2.fma(y, s32);
      s33 = x3.fma(y, s33);
      y = FloatVector.fromArray(SPECIES, queries, q4 + d);
      s40 = x0.fma(y, s40);
      s41 = x1.fma(y, s41);
      s42 = x2.fma(y, s42);
      s43 = x3.fma(y, s43);
      y = FloatVector.fromArray(SPECIES, queries, q5 + d);
      s50 = x0.fma(y, s50);
      s51 = x1.fma(y, s51);
      s52 = x2.fma(y, s52);
      s53 = x3.fma(y, s53);
    }
    store(partial, 0, s00, s01, s02, s03);
    store(partial, 1, s10, s11, s12, s13);
    store(partial, 2, s20, s21, s22, s23);
    store(partial, 3, s30, s31, s32, s33);
    store(partial, 4, s40, s41, s42, s43);
    store(partial, 5, s50, s51, s52, s53);
  }

  private static void store(
      float[] partial, int query, FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    int at = 4 * query * LANES;
    a.intoArray(partial, at);
    b.intoArray(partial, at + LANES);
    c.intoArray(partial, at + 2 * LANES);
    d.intoArray(partial, at + 3 * LANES);
  }
}
