package dev.squall.kernels.attention;

/** Which keys a sparse method left for a query. */
@FunctionalInterface
public interface KeptKeys {
  /** Whether query {@code row} of {@code head} attended to {@code key}, which it may see. */
  boolean keeps(int head, int row, int key);

  /** The keys of the blocks that {@code mask} keeps. */
  static KeptKeys of(BlockMask mask) {
    return (head, row, key) -> mask.keeps(head, row / mask.block(), key / mask.block());
  }
}
