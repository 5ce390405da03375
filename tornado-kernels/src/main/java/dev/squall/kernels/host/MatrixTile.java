package dev.squall.kernels.host;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The matrix product of a tile on the host's vector units: C = A·B or C = diag(scale)·C + A·B, for
 * one panel of {@link #COLUMNS} columns, in single precision with fused multiply-adds.
 *
 * <p>Six rows by four vectors keep 24 accumulators in registers, which reaches the machine's
 * multiply-add rate on 32 registers; narrower machines use three rows. A row's result does not
 * depend on the rows that are computed with it. The bodies are written out because the compiler
 * keeps vectors in registers only as local variables of one small method.
 */
public final class MatrixTile {
  public static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of a panel. */
  public static final int COLUMNS = 4 * LANES;

  private static final boolean MANY_REGISTERS = SPECIES.vectorBitSize() >= 512;

  private MatrixTile() {}

  /** {@code extent} rounded up to whole panels. */
  public static int padded(int extent) {
    return Math.ceilDiv(extent, COLUMNS) * COLUMNS;
  }

  /**
   * C[rows][COLUMNS] = A[rows][depth] · B[depth][COLUMNS], plus scale[row] · C[row] unless {@code
   * scale} is null. Strides are in elements between rows. What C held is added last, so that a sum
   * over many calls is a sum of partial sums, which rounds less.
   */
  public static void multiply(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int rows,
      int depth,
      float[] scale,
      int scaleOffset) {
    for (int row = 0, taken; row < rows; row += taken) {
      int aAt = aOffset + row * aStride;
      int cAt = cOffset + row * cStride;
      int scaleAt = scaleOffset + row;
      taken = rowsOfNext(rows - row);
      switch (taken) {
        case 6 ->
            rows6(a, aAt, aStride, b, bOffset, bStride, c, cAt, cStride, depth, scale, scaleAt);
        case 4 ->
            rows4(a, aAt, aStride, b, bOffset, bStride, c, cAt, cStride, depth, scale, scaleAt);
        case 3 ->
            rows3(a, aAt, aStride, b, bOffset, bStride, c, cAt, cStride, depth, scale, scaleAt);
        default -> rows1(a, aAt, b, bOffset, bStride, c, cAt, depth, scale, scaleAt);
      }
    }
  }

  /**
   * C[rows][columns] = A · B for the first columns of a panel, of which whole vectors are computed.
   */
  public static void multiply(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int rows,
      int columns,
      int depth) {
    int vectors = Math.ceilDiv(columns, LANES);
    if (rows != 6 || vectors > 3) {
      multiply(a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride, rows, depth, null, 0);
      return;
    }
    if (vectors > 1) {
      rows6by2(a, aOffset, aStride, b, bOffset, bStride, c, cOffset, cStride, depth);
    }
    if (vectors != 2) {
      int at = (vectors - 1) * LANES;
      rows6by1(a, aOffset, aStride, b, bOffset + at, bStride, c, cOffset + at, cStride, depth);
    }
  }

  /**
   * Rows that {@link #multiply} takes together where {@code left} are left: sixes, then fours and
   * threes.
   */
  public static int rowsOfNext(int left) {
    if (!MANY_REGISTERS) {
      return left >= 3 ? 3 : 1;
    }
    return switch (left) {
      case 1, 2 -> 1;
      case 3 -> 3;
      case 4, 5, 7, 8, 11 -> 4;
      default -> 6;
    };
  }

  private static void rows6(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int depth,
      float[] scale,
      int scaleOffset) {
    FloatVector c00, c01, c02, c03;
    FloatVector c10, c11, c12, c13;
    FloatVector c20, c21, c22, c23;
    FloatVector c30, c31, c32, c33;
    FloatVector c40, c41, c42, c43;
    FloatVector c50, c51, c52, c53;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c01 = zero;
    c02 = zero;
    c03 = zero;
    c10 = zero;
    c11 = zero;
    c12 = zero;
    c13 = zero;
    c20 = zero;
    c21 = zero;
    c22 = zero;
    c23 = zero;
    c30 = zero;
    c31 = zero;
    c32 = zero;
    c33 = zero;
    c40 = zero;
    c41 = zero;
    c42 = zero;
    c43 = zero;
    c50 = zero;
    c51 = zero;
    c52 = zero;
    c53 = zero;
    int a1 = aOffset + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    int a4 = a3 + aStride;
    int a5 = a4 + aStride;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, p + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, p + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, p + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      c33 = x3.fma(b3, c33);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[a4 + k]);
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      c42 = x4.fma(b2, c42);
      c43 = x4.fma(b3, c43);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[a5 + k]);
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
      c52 = x5.fma(b2, c52);
      c53 = x5.fma(b3, c53);
    }
    if (scale != null) {
      int s0 = cOffset;
      FloatVector f0 = FloatVector.broadcast(SPECIES, scale[scaleOffset]);
      c00 = FloatVector.fromArray(SPECIES, c, s0).fma(f0, c00);
      c01 = FloatVector.fromArray(SPECIES, c, s0 + LANES).fma(f0, c01);
      c02 = FloatVector.fromArray(SPECIES, c, s0 + 2 * LANES).fma(f0, c02);
      c03 = FloatVector.fromArray(SPECIES, c, s0 + 3 * LANES).fma(f0, c03);
      int s1 = cOffset + cStride;
      FloatVector f1 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 1]);
      c10 = FloatVector.fromArray(SPECIES, c, s1).fma(f1, c10);
      c11 = FloatVector.fromArray(SPECIES, c, s1 + LANES).fma(f1, c11);
      c12 = FloatVector.fromArray(SPECIES, c, s1 + 2 * LANES).fma(f1, c12);
      c13 = FloatVector.fromArray(SPECIES, c, s1 + 3 * LANES).fma(f1, c13);
      int s2 = cOffset + 2 * cStride;
      FloatVector f2 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 2]);
      c20 = FloatVector.fromArray(SPECIES, c, s2).fma(f2, c20);
      c21 = FloatVector.fromArray(SPECIES, c, s2 + LANES).fma(f2, c21);
      c22 = FloatVector.fromArray(SPECIES, c, s2 + 2 * LANES).fma(f2, c22);
      c23 = FloatVector.fromArray(SPECIES, c, s2 + 3 * LANES).fma(f2, c23);
      int s3 = cOffset + 3 * cStride;
      FloatVector f3 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 3]);
      c30 = FloatVector.fromArray(SPECIES, c, s3).fma(f3, c30);
      c31 = FloatVector.fromArray(SPECIES, c, s3 + LANES).fma(f3, c31);
      c32 = FloatVector.fromArray(SPECIES, c, s3 + 2 * LANES).fma(f3, c32);
      c33 = FloatVector.fromArray(SPECIES, c, s3 + 3 * LANES).fma(f3, c33);
      int s4 = cOffset + 4 * cStride;
      FloatVector f4 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 4]);
      c40 = FloatVector.fromArray(SPECIES, c, s4).fma(f4, c40);
      c41 = FloatVector.fromArray(SPECIES, c, s4 + LANES).fma(f4, c41);
      c42 = FloatVector.fromArray(SPECIES, c, s4 + 2 * LANES).fma(f4, c42);
      c43 = FloatVector.fromArray(SPECIES, c, s4 + 3 * LANES).fma(f4, c43);
      int s5 = cOffset + 5 * cStride;
      FloatVector f5 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 5]);
      c50 = FloatVector.fromArray(SPECIES, c, s5).fma(f5, c50);
      c51 = FloatVector.fromArray(SPECIES, c, s5 + LANES).fma(f5, c51);
      c52 = FloatVector.fromArray(SPECIES, c, s5 + 2 * LANES).fma(f5, c52);
      c53 = FloatVector.fromArray(SPECIES, c, s5 + 3 * LANES).fma(f5, c53);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    c01.intoArray(c, d0 + LANES);
    c02.intoArray(c, d0 + 2 * LANES);
    c03.intoArray(c, d0 + 3 * LANES);
    int d1 = cOffset + cStride;
    c10.intoArray(c, d1);
    c11.intoArray(c, d1 + LANES);
    c12.intoArray(c, d1 + 2 * LANES);
    c13.intoArray(c, d1 + 3 * LANES);
    int d2 = cOffset + 2 * cStride;
    c20.intoArray(c, d2);
    c21.intoArray(c, d2 + LANES);
    c22.intoArray(c, d2 + 2 * LANES);
    c23.intoArray(c, d2 + 3 * LANES);
    int d3 = cOffset + 3 * cStride;
    c30.intoArray(c, d3);
    c31.intoArray(c, d3 + LANES);
    c32.intoArray(c, d3 + 2 * LANES);
    c33.intoArray(c, d3 + 3 * LANES);
    int d4 = cOffset + 4 * cStride;
    c40.intoArray(c, d4);
    c41.intoArray(c, d4 + LANES);
    c42.intoArray(c, d4 + 2 * LANES);
    c43.intoArray(c, d4 + 3 * LANES);
    int d5 = cOffset + 5 * cStride;
    c50.intoArray(c, d5);
    c51.intoArray(c, d5 + LANES);
    c52.intoArray(c, d5 + 2 * LANES);
    c53.intoArray(c, d5 + 3 * LANES);
  }

  private static void rows4(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int depth,
      float[] scale,
      int scaleOffset) {
    FloatVector c00, c01, c02, c03;
    FloatVector c10, c11, c12, c13;
    FloatVector c20, c21, c22, c23;
    FloatVector c30, c31, c32, c33;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c01 = zero;
    c02 = zero;
    c03 = zero;
    c10 = zero;
    c11 = zero;
    c12 = zero;
    c13 = zero;
    c20 = zero;
    c21 = zero;
    c22 = zero;
    c23 = zero;
    c30 = zero;
    c31 = zero;
    c32 = zero;
    c33 = zero;
    int a1 = aOffset + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, p + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, p + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, p + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      c32 = x3.fma(b2, c32);
      c33 = x3.fma(b3, c33);
    }
    if (scale != null) {
      int s0 = cOffset;
      FloatVector f0 = FloatVector.broadcast(SPECIES, scale[scaleOffset]);
      c00 = FloatVector.fromArray(SPECIES, c, s0).fma(f0, c00);
      c01 = FloatVector.fromArray(SPECIES, c, s0 + LANES).fma(f0, c01);
      c02 = FloatVector.fromArray(SPECIES, c, s0 + 2 * LANES).fma(f0, c02);
      c03 = FloatVector.fromArray(SPECIES, c, s0 + 3 * LANES).fma(f0, c03);
      int s1 = cOffset + cStride;
      FloatVector f1 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 1]);
      c10 = FloatVector.fromArray(SPECIES, c, s1).fma(f1, c10);
      c11 = FloatVector.fromArray(SPECIES, c, s1 + LANES).fma(f1, c11);
      c12 = FloatVector.fromArray(SPECIES, c, s1 + 2 * LANES).fma(f1, c12);
      c13 = FloatVector.fromArray(SPECIES, c, s1 + 3 * LANES).fma(f1, c13);
      int s2 = cOffset + 2 * cStride;
      FloatVector f2 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 2]);
      c20 = FloatVector.fromArray(SPECIES, c, s2).fma(f2, c20);
      c21 = FloatVector.fromArray(SPECIES, c, s2 + LANES).fma(f2, c21);
      c22 = FloatVector.fromArray(SPECIES, c, s2 + 2 * LANES).fma(f2, c22);
      c23 = FloatVector.fromArray(SPECIES, c, s2 + 3 * LANES).fma(f2, c23);
      int s3 = cOffset + 3 * cStride;
      FloatVector f3 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 3]);
      c30 = FloatVector.fromArray(SPECIES, c, s3).fma(f3, c30);
      c31 = FloatVector.fromArray(SPECIES, c, s3 + LANES).fma(f3, c31);
      c32 = FloatVector.fromArray(SPECIES, c, s3 + 2 * LANES).fma(f3, c32);
      c33 = FloatVector.fromArray(SPECIES, c, s3 + 3 * LANES).fma(f3, c33);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    c01.intoArray(c, d0 + LANES);
    c02.intoArray(c, d0 + 2 * LANES);
    c03.intoArray(c, d0 + 3 * LANES);
    int d1 = cOffset + cStride;
    c10.intoArray(c, d1);
    c11.intoArray(c, d1 + LANES);
    c12.intoArray(c, d1 + 2 * LANES);
    c13.intoArray(c, d1 + 3 * LANES);
    int d2 = cOffset + 2 * cStride;
    c20.intoArray(c, d2);
    c21.intoArray(c, d2 + LANES);
    c22.intoArray(c, d2 + 2 * LANES);
    c23.intoArray(c, d2 + 3 * LANES);
    int d3 = cOffset + 3 * cStride;
    c30.intoArray(c, d3);
    c31.intoArray(c, d3 + LANES);
    c32.intoArray(c, d3 + 2 * LANES);
    c33.intoArray(c, d3 + 3 * LANES);
  }

  private static void rows3(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int depth,
      float[] scale,
      int scaleOffset) {
    FloatVector c00, c01, c02, c03;
    FloatVector c10, c11, c12, c13;
    FloatVector c20, c21, c22, c23;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c01 = zero;
    c02 = zero;
    c03 = zero;
    c10 = zero;
    c11 = zero;
    c12 = zero;
    c13 = zero;
    c20 = zero;
    c21 = zero;
    c22 = zero;
    c23 = zero;
    int a1 = aOffset + aStride;
    int a2 = a1 + aStride;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, p + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, p + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, p + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      c12 = x1.fma(b2, c12);
      c13 = x1.fma(b3, c13);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      c22 = x2.fma(b2, c22);
      c23 = x2.fma(b3, c23);
    }
    if (scale != null) {
      int s0 = cOffset;
      FloatVector f0 = FloatVector.broadcast(SPECIES, scale[scaleOffset]);
      c00 = FloatVector.fromArray(SPECIES, c, s0).fma(f0, c00);
      c01 = FloatVector.fromArray(SPECIES, c, s0 + LANES).fma(f0, c01);
      c02 = FloatVector.fromArray(SPECIES, c, s0 + 2 * LANES).fma(f0, c02);
      c03 = FloatVector.fromArray(SPECIES, c, s0 + 3 * LANES).fma(f0, c03);
      int s1 = cOffset + cStride;
      FloatVector f1 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 1]);
      c10 = FloatVector.fromArray(SPECIES, c, s1).fma(f1, c10);
      c11 = FloatVector.fromArray(SPECIES, c, s1 + LANES).fma(f1, c11);
      c12 = FloatVector.fromArray(SPECIES, c, s1 + 2 * LANES).fma(f1, c12);
      c13 = FloatVector.fromArray(SPECIES, c, s1 + 3 * LANES).fma(f1, c13);
      int s2 = cOffset + 2 * cStride;
      FloatVector f2 = FloatVector.broadcast(SPECIES, scale[scaleOffset + 2]);
      c20 = FloatVector.fromArray(SPECIES, c, s2).fma(f2, c20);
      c21 = FloatVector.fromArray(SPECIES, c, s2 + LANES).fma(f2, c21);
      c22 = FloatVector.fromArray(SPECIES, c, s2 + 2 * LANES).fma(f2, c22);
      c23 = FloatVector.fromArray(SPECIES, c, s2 + 3 * LANES).fma(f2, c23);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    c01.intoArray(c, d0 + LANES);
    c02.intoArray(c, d0 + 2 * LANES);
    c03.intoArray(c, d0 + 3 * LANES);
    int d1 = cOffset + cStride;
    c10.intoArray(c, d1);
    c11.intoArray(c, d1 + LANES);
    c12.intoArray(c, d1 + 2 * LANES);
    c13.intoArray(c, d1 + 3 * LANES);
    int d2 = cOffset + 2 * cStride;
    c20.intoArray(c, d2);
    c21.intoArray(c, d2 + LANES);
    c22.intoArray(c, d2 + 2 * LANES);
    c23.intoArray(c, d2 + 3 * LANES);
  }

  private static void rows1(
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int depth,
      float[] scale,
      int scaleOffset) {
    FloatVector c00, c01, c02, c03;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c01 = zero;
    c02 = zero;
    c03 = zero;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, p + LANES);
      FloatVector b2 = FloatVector.fromArray(SPECIES, b, p + 2 * LANES);
      FloatVector b3 = FloatVector.fromArray(SPECIES, b, p + 3 * LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      c02 = x0.fma(b2, c02);
      c03 = x0.fma(b3, c03);
    }
    if (scale != null) {
      int s0 = cOffset;
      FloatVector f0 = FloatVector.broadcast(SPECIES, scale[scaleOffset]);
      c00 = FloatVector.fromArray(SPECIES, c, s0).fma(f0, c00);
      c01 = FloatVector.fromArray(SPECIES, c, s0 + LANES).fma(f0, c01);
      c02 = FloatVector.fromArray(SPECIES, c, s0 + 2 * LANES).fma(f0, c02);
      c03 = FloatVector.fromArray(SPECIES, c, s0 + 3 * LANES).fma(f0, c03);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    c01.intoArray(c, d0 + LANES);
    c02.intoArray(c, d0 + 2 * LANES);
    c03.intoArray(c, d0 + 3 * LANES);
  }

  private static void rows6by2(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int depth) {
    FloatVector c00, c01;
    FloatVector c10, c11;
    FloatVector c20, c21;
    FloatVector c30, c31;
    FloatVector c40, c41;
    FloatVector c50, c51;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c01 = zero;
    c10 = zero;
    c11 = zero;
    c20 = zero;
    c21 = zero;
    c30 = zero;
    c31 = zero;
    c40 = zero;
    c41 = zero;
    c50 = zero;
    c51 = zero;
    int a1 = aOffset + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    int a4 = a3 + aStride;
    int a5 = a4 + aStride;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector b1 = FloatVector.fromArray(SPECIES, b, p + LANES);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      c01 = x0.fma(b1, c01);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      c11 = x1.fma(b1, c11);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      c21 = x2.fma(b1, c21);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      c31 = x3.fma(b1, c31);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[a4 + k]);
      c40 = x4.fma(b0, c40);
      c41 = x4.fma(b1, c41);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[a5 + k]);
      c50 = x5.fma(b0, c50);
      c51 = x5.fma(b1, c51);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    c01.intoArray(c, d0 + LANES);
    int d1 = cOffset + cStride;
    c10.intoArray(c, d1);
    c11.intoArray(c, d1 + LANES);
    int d2 = cOffset + 2 * cStride;
    c20.intoArray(c, d2);
    c21.intoArray(c, d2 + LANES);
    int d3 = cOffset + 3 * cStride;
    c30.intoArray(c, d3);
    c31.intoArray(c, d3 + LANES);
    int d4 = cOffset + 4 * cStride;
    c40.intoArray(c, d4);
    c41.intoArray(c, d4 + LANES);
    int d5 = cOffset + 5 * cStride;
    c50.intoArray(c, d5);
    c51.intoArray(c, d5 + LANES);
  }

  private static void rows6by1(
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] c,
      int cOffset,
      int cStride,
      int depth) {
    FloatVector c00;
    FloatVector c10;
    FloatVector c20;
    FloatVector c30;
    FloatVector c40;
    FloatVector c50;
    FloatVector zero = FloatVector.zero(SPECIES);
    c00 = zero;
    c10 = zero;
    c20 = zero;
    c30 = zero;
    c40 = zero;
    c50 = zero;
    int a1 = aOffset + aStride;
    int a2 = a1 + aStride;
    int a3 = a2 + aStride;
    int a4 = a3 + aStride;
    int a5 = a4 + aStride;
    for (int k = 0, p = bOffset; k < depth; k++, p += bStride) {
      FloatVector b0 = FloatVector.fromArray(SPECIES, b, p);
      FloatVector x0 = FloatVector.broadcast(SPECIES, a[aOffset + k]);
      c00 = x0.fma(b0, c00);
      FloatVector x1 = FloatVector.broadcast(SPECIES, a[a1 + k]);
      c10 = x1.fma(b0, c10);
      FloatVector x2 = FloatVector.broadcast(SPECIES, a[a2 + k]);
      c20 = x2.fma(b0, c20);
      FloatVector x3 = FloatVector.broadcast(SPECIES, a[a3 + k]);
      c30 = x3.fma(b0, c30);
      FloatVector x4 = FloatVector.broadcast(SPECIES, a[a4 + k]);
      c40 = x4.fma(b0, c40);
      FloatVector x5 = FloatVector.broadcast(SPECIES, a[a5 + k]);
      c50 = x5.fma(b0, c50);
    }
    int d0 = cOffset;
    c00.intoArray(c, d0);
    int d1 = cOffset + cStride;
    c10.intoArray(c, d1);
    int d2 = cOffset + 2 * cStride;
    c20.intoArray(c, d2);
    int d3 = cOffset + 3 * cStride;
    c30.intoArray(c, d3);
    int d4 = cOffset + 4 * cStride;
    c40.intoArray(c, d4);
    int d5 = cOffset + 5 * cStride;
    c50.intoArray(c, d5);
  }
}
