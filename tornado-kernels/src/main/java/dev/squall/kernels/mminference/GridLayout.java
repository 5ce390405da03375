package dev.squall.kernels.mminference;

/**
 * Where the grid's device kernels find their sizes; the first dimensions are those of {@link
 * dev.squall.kernels.attention.AttentionPrograms#dims}, then the window of {@link
 * dev.squall.kernels.frontier.WindowPrograms}.
 */
final class GridLayout {
  static final int HEADS = 0;
  static final int TOKENS = 2;
  static final int WINDOW = 9;

  // Of an attention call.
  static final int STRIDE = 10;
  static final int PHASE = 11;
  static final int HLINE = 12;
  static final int VLINE = 13;
  static final int SLASH = 14;

  /** Lists of spans: one for each phase with slash lines, else two. */
  static final int LISTS = 15;

  // Of a search.
  static final int PHASES = 10;
  static final int STRIDES = 11;

  /** The first stride; the others follow. */
  static final int FIRST_STRIDE = 12;

  private GridLayout() {}
}
