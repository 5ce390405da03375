package dev.squall.kernels.xattention;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Sizes;

/**
 * The tokens of a call cut into groups of {@code stride}; the last group may be short, and the
 * first that has queries may begin with tokens that have none.
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

  /** The group of the first query. */
  int first() {
    return shape.offset() / stride;
  }

  /** Tokens of group {@code group} that are before the first query. */
  int missing(int group) {
    return Math.clamp(shape.offset() - (long) group * stride, 0, stride);
  }

  /** Whether the tile of query group {@code i} and key group {@code j} is scored. */
  boolean allowed(int i, int j) {
    return !shape.causal() || j <= i;
  }

  /** The antidiagonal pairs of tile (i, j) that exist and are causal. */
  Antidiagonal antidiagonal(int i, int j) {
    int end = size(i);
    int missing = missing(i);
    int columns = size(j);
    boolean diagonal = i == j;
    // A short group meeting itself has its own, shorter antidiagonal; the full one may miss it.
    int top = (diagonal ? end : stride) - 1;
    int first = Math.max(0, top - end + 1);
    int last = top - missing;
    if (diagonal && shape.causal()) {
      int cells = (end * (end + 1) - missing * (missing + 1)) / 2;
      return new Antidiagonal(top, first, Math.min(last, top / 2), cells);
    }
    return new Antidiagonal(top, first, Math.min(last, columns - 1), (end - missing) * columns);
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
