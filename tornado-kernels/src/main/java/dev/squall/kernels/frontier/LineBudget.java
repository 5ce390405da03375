package dev.squall.kernels.frontier;

import dev.squall.kernels.spec.Sizes;

/**
 * How many lines of one direction a head keeps.
 *
 * @param share with a share alpha of the mass: one more than the largest lines that together hold
 *     no more than alpha, all with a share of one; negative where the number is fixed
 * @param least the number, or the least with a share
 */
record LineBudget(double share, int least) {

  static LineBudget verticals(Sizes sizes) {
    return of(sizes, "verticals");
  }

  static LineBudget slashes(Sizes sizes) {
    return of(sizes, "slashes");
  }

  private static LineBudget of(Sizes sizes, String fixed) {
    return sizes.parameters().containsKey("alpha")
        ? new LineBudget(sizes.real("alpha"), sizes.integer("min_budget"))
        : new LineBudget(-1, sizes.integer(fixed));
  }

  boolean byShare() {
    return share >= 0;
  }

  /**
   * Lines to keep.
   *
   * @param ascending the masses in ascending order
   * @param slack added to the share
   */
  int lines(double[] ascending, double slack) {
    if (share >= 1) {
      return ascending.length;
    }
    int lines = 1;
    double sum = 0;
    for (int i = ascending.length - 1; byShare() && i >= 0; i--) {
      sum += ascending[i];
      if (sum > share + slack) {
        break;
      }
      lines++;
    }
    return Math.min(ascending.length, Math.max(lines, least));
  }
}
