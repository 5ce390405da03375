package dev.squall.kernels.modm;

import java.util.Arrays;
import java.util.function.LongToDoubleFunction;

/** The rows that may be a query's most similar one, given that cosines are known but roughly. */
final class Candidates {
  private double threshold = Double.NEGATIVE_INFINITY;
  private long bestRow = -1;

  /** What each candidate's cosine is at most. */
  private double[] most = new double[8];

  private long[] rows = new long[8];
  private int count;
  private double decided = Double.NEGATIVE_INFINITY;

  /** Whether two rows hold the same numbers. */
  @FunctionalInterface
  interface Equality {
    boolean test(long one, long other);
  }

  /** What some row reaches for sure: a row that cannot is not the one. */
  double threshold() {
    return threshold;
  }

  /**
   * Takes a row that may reach the threshold. A copy of the best one so far is left out if it comes
   * later, so that a cache of copies stays cheap.
   *
   * @param cosine roughly
   * @param error how far it may be off
   */
  void add(double cosine, double error, long row, Equality equality) {
    if (cosine - error == threshold && row > bestRow && equality.test(bestRow, row)) {
      return;
    }
    append(cosine + error, row);
    if (cosine - error > threshold) {
      raise(cosine - error, row);
    }
  }

  /** Takes over another's candidates and leaves it without, but with what is known of the best. */
  void addAll(Candidates other) {
    if (other.threshold > threshold) {
      raise(other.threshold, other.bestRow);
    }
    for (int i = 0; i < other.count; i++) {
      if (other.most[i] >= threshold) {
        append(other.most[i], other.rows[i]);
      }
    }
    other.count = 0;
    if (threshold > other.threshold) {
      other.raise(threshold, bestRow);
    }
  }

  private void raise(double reached, long row) {
    threshold = reached;
    bestRow = row;
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (most[i] >= threshold) {
        most[kept] = most[i];
        rows[kept++] = rows[i];
      }
    }
    count = kept;
  }

  private void append(double cosine, long row) {
    if (count == rows.length) {
      most = Arrays.copyOf(most, 2 * count);
      rows = Arrays.copyOf(rows, 2 * count);
    }
    most[count] = cosine;
    rows[count++] = row;
  }

  /** How many there are. */
  int count() {
    return count;
  }

  /**
   * Drops candidates that are none once cosines are known better.
   *
   * @param better a row's cosine, off by {@code error} at most
   */
  void narrow(LongToDoubleFunction better, double error) {
    for (int i = 0; i < count; i++) {
      double cosine = better.applyAsDouble(rows[i]);
      most[i] = cosine + error;
      threshold = Math.max(threshold, cosine - error);
    }
    raise(threshold, bestRow);
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
