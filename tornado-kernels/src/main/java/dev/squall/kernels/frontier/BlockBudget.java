package dev.squall.kernels.frontier;

/** How many blocks a causal row keeps, and how sparse that makes the whole. */
public final class BlockBudget {
  /** The first block, the diagonal and the one before it. */
  private static final int LEAST = 3;

  private BlockBudget() {}

  /**
   * Share of the causal blocks that is left out if each block row keeps {@code top} of those that
   * it sees, or all.
   */
  public static double sparsity(int top, int blocks) {
    double kept = Math.min(top, blocks);
    double taken = kept * (kept + 1) / 2 + (blocks - kept) * kept;
    return 1 - taken / (0.5 * blocks * (blocks + 1.0));
  }

  /** The fewest blocks to keep, at least three, whose sparsity is not above {@code sparsity}. */
  public static int top(double sparsity, int blocks) {
    int low = Math.min(LEAST, blocks);
    int high = blocks;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sparsity(middle, blocks) <= sparsity) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
