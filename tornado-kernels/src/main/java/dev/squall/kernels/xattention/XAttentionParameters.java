package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Sizes;

/** Parameters and conditions that the kernels of this family share. */
final class XAttentionParameters {
  private static final int LARGEST_STRIDE = 1024;
  private static final int LARGEST_BLOCK = 1 << 16;
  private static final int DEFAULT_STRIDE = 8;
  private static final int DEFAULT_BLOCK = 128;
  private static final double DEFAULT_THRESHOLD = 0.9;

  private XAttentionParameters() {}

  static Parameter stride() {
    return stride(DEFAULT_STRIDE);
  }

  static Parameter stride(int otherwise) {
    return Parameter.integer("stride", otherwise, 1, LARGEST_STRIDE, "tokens of a group S");
  }

  static Parameter block() {
    return Parameter.integer(
        "block", DEFAULT_BLOCK, 1, LARGEST_BLOCK, "tokens of a block, a multiple of the stride");
  }

  static Parameter threshold() {
    return Parameter.realAbove(
        "threshold",
        DEFAULT_THRESHOLD,
        0,
        1,
        "share of the estimated mass to keep, unless thresholds are given");
  }

  /**
   * @param first the default of {@code mean} and {@code logmeanexp}
   */
  static Parameter estimate(String first, String second) {
    return Parameter.choice(
        "estimate",
        "a tile's score: its mean logit, or the logarithm of its mean exponential",
        first,
        second);
  }

  /** Null if the stride divides the block, else the complaint. */
  static String blockComplaint(Sizes sizes) {
    int stride = sizes.integer("stride");
    int block = sizes.integer("block");
    return block % stride == 0
        ? null
        : "block = %d is no multiple of stride = %d".formatted(block, stride);
  }
}
