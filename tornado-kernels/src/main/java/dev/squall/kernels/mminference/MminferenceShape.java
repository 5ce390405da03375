package dev.squall.kernels.mminference;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Sizes;

/** The extents that this family's calls share: causal attention over one prompt. */
final class MminferenceShape {
  private MminferenceShape() {}

  static AttentionShape of(Sizes sizes) {
    return new AttentionShape(
        sizes.extent("H"),
        sizes.extent("Hk"),
        sizes.extent("L"),
        sizes.extent("D"),
        true,
        AttentionShape.scale(sizes));
  }
}
