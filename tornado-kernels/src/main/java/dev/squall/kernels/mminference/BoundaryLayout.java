package dev.squall.kernels.mminference;

/**
 * Where the boundary's device kernels find their sizes; the first dimensions are those of {@link
 * dev.squall.kernels.attention.AttentionPrograms#dims}.
 */
final class BoundaryLayout {
  static final int HEADS = 0;
  static final int KEY_HEADS = 1;
  static final int TOKENS = 2;
  static final int DEPTH = 3;

  /** Most query rows of a group that lines are found by. */
  static final int WINDOW = 9;

  /** Modalities of the plan, groups of queries and regions of keys. */
  static final int MODALITIES = 10;

  static final int GROUPS = 11;
  static final int REGIONS = 12;
  static final int SINK = 13;
  static final int RECENT = 14;

  /** Classes of rows that tiles are cut from, and most tiles, a head. */
  static final int CLASSES = 15;

  static final int TILES = 16;

  /** Fields of a pattern, of which the table [heads][groups][regions] begins at PATTERNS. */
  static final int FIELDS = 6;

  static final int PATTERNS = 17;

  // Fields.
  static final int KIND = 0;

  /** Sink, verticals or stride. */
  static final int FIRST = 1;

  /** Local, slashes or phase. */
  static final int SECOND = 2;

  static final int HLINE = 3;
  static final int VLINE = 4;
  static final int SLASH = 5;

  // Kinds.
  static final int NONE = 0;
  static final int DENSE = 1;
  static final int A_SHAPE = 2;
  static final int LINES = 3;
  static final int GRID = 4;

  private BoundaryLayout() {}
}
