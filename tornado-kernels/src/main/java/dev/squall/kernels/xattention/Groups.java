package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Sizes;

/**
 * The tokens of a call cut into groups of {@code stride}; the last group may be short.
 *
 * @param stride tokens of a group S
 * @param phases which logits the mean estimate samples
 */
record Groups(AttentionShape shape, int stride, Estimate estimate, Phases phases) {

  static Groups of(Sizes sizes) {
    return new Groups(
        AttentionShape.of(sizes), sizes.integer("stride"), Estimate.of(sizes), Phases.of(sizes));
  }

  /** Number of groups G. */
  int count() {
    return Math.ceilDiv(shape.tokens(), stride);
  }

  /** Tokens of group {@code group}. */
  int size(int group) {
    return Math.min(stride, shape.tokens() - group * stride);
  }

  /** Whether the tile of query group {@code i} and key group {@code j} is scored. */
  boolean allowed(int i, int j) {
    return !shape.causal() || j <= i;
  }

  /** The antidiagonal pairs of tile (i, j) that exist and are causal. */
  Antidiagonal antidiagonal(int i, int j) {
    int rows = size(i);
    int columns = size(j);
    boolean diagonal = i == j;
    // A short group meeting itself has its own, shorter antidiagonal; the full one may miss it.
    int top = (diagonal ? rows : stride) - 1;
    int first = Math.max(0, top - rows + 1);
    if (diagonal && shape.causal()) {
      return new Antidiagonal(top, first, top / 2, rows * (rows + 1) / 2);
    }
    return new Antidiagonal(top, first, Math.min(top, columns - 1), rows * columns);
  }

  /**
   * The pairs (query {@code top − s}, key {@code s}) of a tile for s from {@code first} to {@code
   * last}, offsets into the two groups.
   *
   * @param cells (query, key) pairs that the tile has in all, the sampled ones among them
   */
  record Antidiagonal(int top, int first, int last, int cells) {
    int pairs() {
      return last - first + 1;
    }
  }
}
