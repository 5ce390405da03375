package dev.squall.kernels.xattention;

/**
 * Numbers for 2^x, x ≤ 0, in the lanes of a vector: a whole power of two times a polynomial on [−½,
 * ½] whose largest relative error, 9.2e-8, is the least that degree five and p(0) = 1 allow. The
 * body stands in each loop that needs it, because a compiler that happens not to inline it would
 * put every vector on the heap.
 */
final class Exp2 {
  /** 1.5 · 2²³: adding it rounds to an integer, which then stands in the low mantissa bits. */
  static final float ROUNDER = 12582912f;

  /** Below it 2^x leaves the normal range; smaller x count as this. */
  static final float LOWEST = -126f;

  static final int MANTISSA_BITS = 23;

  static final float C1 = 0.693147f;
  static final float C2 = 0.24022242f;
  static final float C3 = 0.055507336f;
  static final float C4 = 0.009671513f;
  static final float C5 = 0.0013264727f;

  private Exp2() {}
}
