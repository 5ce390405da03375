package dev.squall.kernels.modm;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** The rows that may be a query's most similar one, given that cosines are known but roughly. */
final class Candidates {
  private final double slack;
  private float best = Float.NEGATIVE_INFINITY;
  private float threshold = Float.NEGATIVE_INFINITY;
  private long bestRow = -1;
  private float[] cosines = new float[8];
  private long[] rows = new long[8];
  private int count;
  private double decided = Double.NEGATIVE_INFINITY;

  /**
   * @param slack how much larger a cosine must be to be larger for sure
   */
  Candidates(double slack) {
    this.slack = slack;
  }

  /** Whether two rows hold the same numbers. */
  @FunctionalInterface
  interface Equality {
    boolean test(long one, long other);
  }

  /** Below this a row cannot be the one. */
  float threshold() {
    return threshold;
  }

  /**
   * Takes a row at or above the threshold. A copy of the best one so far is left out if it comes
   * later, so that a cache of copies stays cheap.
   */
  void add(float cosine, long row, Equality equality) {
    if (cosine == best && row > bestRow && equality.test(bestRow, row)) {
      return;
    }
    append(cosine, row);
    if (cosine > best) {
      raise(cosine, row);
    }
  }

  /** Takes over another's candidates and leaves it without, but with what is known of the best. */
  void addAll(Candidates other) {
    if (other.best > best) {
      raise(other.best, other.bestRow);
    }
    for (int i = 0; i < other.count; i++) {
      if (other.cosines[i] >= threshold) {
        append(other.cosines[i], other.rows[i]);
      }
    }
    other.count = 0;
    if (best > other.best) {
      other.raise(best, bestRow);
    }
  }

  private void raise(float cosine, long row) {
    best = cosine;
    bestRow = row;
    threshold = Math.nextDown((float) (cosine - slack));
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (cosines[i] >= threshold) {
        cosines[kept] = cosines[i];
        rows[kept++] = rows[i];
      }
    }
    count = kept;
  }

  private void append(float cosine, long row) {
    if (count == rows.length) {
      cosines = Arrays.copyOf(cosines, 2 * count);
      rows = Arrays.copyOf(rows, 2 * count);
    }
    cosines[count] = cosine;
    rows[count++] = row;
  }

  /** Settles on the row with the largest exact cosine, the lowest of several. */
  void decide(LongToDoubleFunction exact) {
    Arrays.sort(rows, 0, count);
    for (int i = 0; i < count; i++) {
      double cosine = exact.applyAsDouble(rows[i]);
      if (cosine > decided) {
        decided = cosine;
        bestRow = rows[i];
      }
    }
  }

  /** The row decided upon. */
  int row() {
    return (int) bestRow;
  }

  double cosine() {
    return decided;
  }
}
