package dev.squall.kernels.xattention;

/**
 * Where the device kernels of this family find their sizes: one layout for all of them, which
 * starts as that of {@link dev.squall.kernels.attention.AttentionPrograms#dims}, so that they can
 * follow one another and an attention task in one program. Sizes that a program does not need are
 * zero.
 */
final class Layout {
  // Dimensions.
  static final int HEADS = 0;
  static final int KEY_HEADS = 1;
  static final int TOKENS = 2;
  static final int DEPTH = 3;
  static final int CAUSAL = 4;

  /** What says which keys attention keeps: 1 a mask, 2 an index of spans. */
  static final int DECIDES = 5;

  static final int BLOCK = 6;
  static final int BLOCKS = 7;

  /** Queries, the last of the tokens. */
  static final int QUERIES = 8;

  static final int STRIDE = 9;
  static final int GROUPS = 10;
  static final int BLOCK_GROUPS = 11;

  /** Whether each head has a threshold of its own: 0 or 1. */
  static final int HEAD_THRESHOLDS = 12;

  /** Block rows from here on keep all allowed blocks. */
  static final int FIRST_DENSE_ROW = 13;

  /** The block row of the first query. */
  static final int FIRST_ROW = 14;

  /** Tokens before a block of queries that it keeps besides its own. */
  static final int LOCAL = 15;

  /** Query heads that have one mask. */
  static final int MASK_HEADS = 16;

  /**
   * Heads that are scored: with a margin the heads again, from half of the samples, behind the
   * first {@link #HEADS}.
   */
  static final int SCORED_HEADS = 17;

  /** Keys of a group that a query meets, and from here on the query of each phase. */
  static final int MET_KEYS = 18;

  static final int PHASES = 19;

  // Scalars.
  static final int SCALE = 0;

  /** −∞, an argument because compilers that assume finite numbers may drop the constant. */
  static final int EXCLUDED = 1;

  static final int THRESHOLD = 2;

  /** Part of the doubt in a block's mass that it is counted less for. */
  static final int MARGIN = 3;

  private Layout() {}
}
