package dev.squall.kernels.xattention;

import dev.squall.kernels.spec.Sizes;

/** How the logits sampled on a tile's antidiagonal become the tile's score. */
enum Estimate {
  /** Their mean (XAttention, arXiv 2503.16428): exact work, but exp(mean) ≤ mean(exp). */
  MEAN,
  /** The logarithm of their mean exponential: an unbiased sample of the tile's attention mass. */
  LOG_MEAN_EXP;

  static Estimate of(Sizes sizes) {
    return switch (sizes.choice("estimate")) {
      case "mean" -> MEAN;
      case "logmeanexp" -> LOG_MEAN_EXP;
      default -> throw new IllegalStateException(sizes.choice("estimate"));
    };
  }
}
