package dev.squall.kernels.modm;

import dev.squall.kernels.host.LaneSum;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Dot products of {@link #ROWS} rows with {@link #QUERIES} queries in single precision: 24
 * accumulators of a vector each. Rows are brought into an array first, a few tiles at a time: loads
 * from memory segments would take so many nodes that the compiler boxes the accumulators.
 */
final class CosineTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  static final int ROWS = 4;
  static final int QUERIES = 6;

  /** Up to so many queries are multiplied at half the work. */
  private static final int FEW = 3;

  /** Rows that are loaded at a time; a multiple of {@link #ROWS}. */
  static final int BLOCK = 32;

  private final int width;
  private final int vectors;
  private final float[] partial = new float[ROWS * QUERIES * LANES];
  private final float[] cosines = new float[ROWS * QUERIES];

  /** The block of rows that is multiplied; what follows the last one held has no meaning. */
  final float[] rows;

  /** Room for a block of coded rows. */
  final byte[] bytes;

  CosineTile(int width) {
    this.width = width;
    this.vectors = width / LANES;
    this.rows = new float[BLOCK * width];
    this.bytes = new byte[BLOCK * width];
  }

  /** {@code queries} rounded up to whole tiles. */
  static int padded(int queries) {
    return Math.multiplyExact(Math.ceilDiv(queries, QUERIES), QUERIES);
  }

  /**
   * What a sum may be off, for rows and queries of about length one: a lane adds width / LANES
   * products, then come the lanes and what no vector holds.
   */
  static double rounding(int width) {
    return 1.2 * (width / LANES + 2 * LANES + 8) * 0x1p-24;
  }

  float cosine(int row, int query) {
    return cosines[query * ROWS + row];
  }

  /**
   * @param row the first row's position in the block
   * @param at of the first query, in elements
   * @param wanted queries of which cosines are asked, at most {@link #QUERIES}
   */
  void multiply(int row, float[] queries, int at, int wanted) {
    int from = row * width;
    if (wanted <= FEW) {
      accumulateFew(rows, from, queries, at, width, vectors * LANES, partial);
    } else {
      accumulate(rows, from, queries, at, width, vectors * LANES, partial);
    }
    for (int i = 0; i < ROWS * wanted; i++) {
      cosines[i] = sum(i * LANES);
    }
    if (vectors * LANES < width) {
      addRest(from, queries, at, wanted);
    }
  }

  private float sum(int at) {
    return LaneSum.of(FloatVector.fromArray(SPECIES, partial, at));
  }

  /** What is left of the rows behind the last whole vector. */
  private void addRest(int from, float[] queries, int at, int wanted) {
    for (int d = vectors * LANES; d < width; d++) {
      for (int r = 0; r < ROWS; r++) {
        float value = rows[from + r * width + d];
        for (int q = 0; q < wanted; q++) {
          cosines[q * ROWS + r] += value * queries[at + q * width + d];
        }
      }
    }
  }

  private static void accumulateFew(
      float[] rows, int from, float[] queries, int at, int width, int end, float[] partial) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
    FloatVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
    FloatVector s20 = zero, s21 = zero, s22 = zero, s23 = zero;
    int row1 = from + width;
    int row2 = row1 + width;
    int row3 = row2 + width;
    int q1 = at + width;
    int q2 = q1 + width;
    for (int d = 0; d < end; d += LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, rows, from + d);
      FloatVector x1 = FloatVector.fromArray(SPECIES, rows, row1 + d);
      FloatVector x2 = FloatVector.fromArray(SPECIES, rows, row2 + d);
      FloatVector x3 = FloatVector.fromArray(SPECIES, rows, row3 + d);
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
    }
    s00.intoArray(partial, 0);
    s01.intoArray(partial, LANES);
    s02.intoArray(partial, 2 * LANES);
    s03.intoArray(partial, 3 * LANES);
    s10.intoArray(partial, 4 * LANES);
    s11.intoArray(partial, 5 * LANES);
    s12.intoArray(partial, 6 * LANES);
    s13.intoArray(partial, 7 * LANES);
    s20.intoArray(partial, 8 * LANES);
    s21.intoArray(partial, 9 * LANES);
    s22.intoArray(partial, 10 * LANES);
    s23.intoArray(partial, 11 * LANES);
  }

  private static void accumulate(
      float[] rows, int from, float[] queries, int at, int width, int end, float[] partial) {
    FloatVector zero = FloatVector.zero(SPECIES);
    FloatVector s00 = zero, s01 = zero, s02 = zero, s03 = zero;
    FloatVector s10 = zero, s11 = zero, s12 = zero, s13 = zero;
    FloatVector s20 = zero, s21 = zero, s22 = zero, s23 = zero;
    FloatVector s30 = zero, s31 = zero, s32 = zero, s33 = zero;
    FloatVector s40 = zero, s41 = zero, s42 = zero, s43 = zero;
    FloatVector s50 = zero, s51 = zero, s52 = zero, s53 = zero;
    int row1 = from + width;
    int row2 = row1 + width;
    int row3 = row2 + width;
    int q1 = at + width;
    int q2 = q1 + width;
    int q3 = q2 + width;
    int q4 = q3 + width;
    int q5 = q4 + width;
    for (int d = 0; d < end; d += LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, rows, from + d);
      FloatVector x1 = FloatVector.fromArray(SPECIES, rows, row1 + d);
      FloatVector x2 = FloatVector.fromArray(SPECIES, rows, row2 + d);
      FloatVector x3 = FloatVector.fromArray(SPECIES, rows, row3 + d);
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
    s00.intoArray(partial, 0);
    s01.intoArray(partial, LANES);
    s02.intoArray(partial, 2 * LANES);
    s03.intoArray(partial, 3 * LANES);
    s10.intoArray(partial, 4 * LANES);
    s11.intoArray(partial, 5 * LANES);
    s12.intoArray(partial, 6 * LANES);
    s13.intoArray(partial, 7 * LANES);
    s20.intoArray(partial, 8 * LANES);
    s21.intoArray(partial, 9 * LANES);
    s22.intoArray(partial, 10 * LANES);
    s23.intoArray(partial, 11 * LANES);
    s30.intoArray(partial, 12 * LANES);
    s31.intoArray(partial, 13 * LANES);
    s32.intoArray(partial, 14 * LANES);
    s33.intoArray(partial, 15 * LANES);
    s40.intoArray(partial, 16 * LANES);
    s41.intoArray(partial, 17 * LANES);
    s42.intoArray(partial, 18 * LANES);
    s43.intoArray(partial, 19 * LANES);
    s50.intoArray(partial, 20 * LANES);
    s51.intoArray(partial, 21 * LANES);
    s52.intoArray(partial, 22 * LANES);
    s53.intoArray(partial, 23 * LANES);
  }
}
