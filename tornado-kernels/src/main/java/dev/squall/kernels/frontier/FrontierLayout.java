package dev.squall.kernels.frontier;

/**
 * Where the device kernels of this family find their sizes: one layout for all of them, which
 * starts as that of {@link dev.squall.kernels.attention.AttentionPrograms#dims}. Sizes that a
 * program does not need are zero.
 */
final class FrontierLayout {
  // Dimensions.
  static final int HEADS = 0;
  static final int KEY_HEADS = 1;
  static final int TOKENS = 2;
  static final int DEPTH = 3;

  /** Query rows that the search looks at, the last ones. */
  static final int WINDOW = 9;

  /** First columns and nearest diagonals that are kept before all others. */
  static final int SINK = 10;

  static final int RECENT = 11;

  /** Lines to keep; the least where a share of the mass decides. */
  static final int VERTICALS = 12;

  static final int SLASHES = 13;

  /** Tiles of 64 query rows. */
  static final int TILES = 14;

  /** Elements that the index has for a tile, and the most spans among them. */
  static final int SLOT = 15;

  static final int SPANS = 16;

  /** Tokens of a block or page, and their number. */
  static final int BLOCK = 17;

  static final int BLOCKS = 18;

  /** Blocks, pages or tokens to keep. */
  static final int BUDGET = 19;

  /** Tokens that an average pool takes together. */
  static final int POOL = 20;

  /** Tokens that each head keeps before the heads compete. */
  static final int SHARE = 21;

  /** Heads of keys that choose for themselves. */
  static final int CHOOSERS = 22;

  // Scalars.
  static final int SCALE = 0;

  /** Share of the mass that lines must exceed. */
  static final int ALPHA = 1;

  private FrontierLayout() {}
}
