package dev.squall.kernels.mminference;

import dev.squall.kernels.spec.Sizes;

/**
 * Which lines of a grid are kept. Tokens t with t mod stride = phase are line tokens.
 *
 * @param hline line tokens attend to all keys
 * @param vline all tokens attend to line tokens
 * @param slash tokens attend to keys at multiples of the stride before them
 */
record GridLines(int stride, int phase, boolean hline, boolean vline, boolean slash) {

  static GridLines of(Sizes sizes) {
    return new GridLines(
        sizes.integer("stride"),
        sizes.integer("phase"),
        sizes.flag("hline"),
        sizes.flag("vline"),
        sizes.flag("slash"));
  }

  /** The complaint about a grid that is none, or null. */
  static String complaint(Sizes sizes) {
    GridLines lines = of(sizes);
    if (lines.phase() >= lines.stride()) {
      return "phase = %d must be below stride = %d".formatted(lines.phase(), lines.stride());
    }
    return lines.hline() || lines.vline() || lines.slash()
        ? null
        : "hline, vline and slash are all false: at least one must be kept";
  }

  /** Whether token {@code row} keeps token {@code key}, the order of the two apart. */
  boolean keeps(int row, int key) {
    return row == key
        || (hline && row % stride == phase)
        || (vline && key % stride == phase)
        || (slash && (row - key) % stride == 0);
  }
}
