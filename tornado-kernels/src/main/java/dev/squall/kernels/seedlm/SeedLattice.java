package dev.squall.kernels.seedlm;

/**
 * The integers q in the range of mantissas that minimise |R (t − q · step)|², by depth-first search
 * from the last coefficient to the first that leaves every branch whose part of the sum reaches the
 * best (sphere decoding).
 */
final class SeedLattice {
  private final int size;
  private final int[] q;
  private double[] r;
  private int rAt;
  private double[] t;
  private double step;
  private double best;
  private int[] found;
  private boolean improved;

  SeedLattice(int size) {
    this.size = size;
    q = new int[size];
  }

  /**
   * @param r R[size][size] from {@code rAt} on, upper triangle
   * @param limit what the sum must stay below
   * @param found receives q
   * @return whether there is such a q
   */
  boolean nearest(double[] r, int rAt, double[] t, double step, double limit, int[] found) {
    this.r = r;
    this.rAt = rAt;
    this.t = t;
    this.step = step;
    this.found = found;
    best = limit;
    improved = false;
    descend(size - 1, 0);
    return improved;
  }

  private void descend(int level, double sum) {
    double offset = 0;
    for (int column = level + 1; column < size; column++) {
      offset += r[rAt + level * size + column] * (t[column] - q[column] * step);
    }
    double diagonal = r[rAt + level * size + level];
    double centre = (t[level] + offset / diagonal) / step;
    int start = Math.clamp(Math.round(centre), SeedBlock.MIN_MANTISSA, SeedBlock.MAX_MANTISSA);
    // The nearest first, then away from it on both sides as long as the sum allows.
    for (int value = start; value >= SeedBlock.MIN_MANTISSA; value--) {
      if (!visit(level, value, sum, (centre - value) * step * diagonal)) {
        break;
      }
    }
    for (int value = start + 1; value <= SeedBlock.MAX_MANTISSA; value++) {
      if (!visit(level, value, sum, (centre - value) * step * diagonal)) {
        break;
      }
    }
  }

  private boolean visit(int level, int value, double before, double distance) {
    double sum = before + distance * distance;
    if (sum >= best) {
      return false;
    }
    q[level] = value;
    if (level > 0) {
      descend(level - 1, sum);
    } else {
      best = sum;
      improved = true;
      System.arraycopy(q, 0, found, 0, size);
    }
    return true;
  }
}
