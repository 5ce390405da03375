package dev.squall.kernels.frontier;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;

/** What the signatures of this family share: causal attention over one prompt. */
final class FrontierShape {
  private FrontierShape() {}

  /** Ports q, k, v of a prompt. */
  static Signature.Builder prompt(String id, String summary) {
    return Signature.of(id, summary)
        .in("q", ElementType.F32, "H", "L", "D")
        .in("k", ElementType.F32, "Hk", "L", "D")
        .in("v", ElementType.F32, "Hk", "L", "D")
        .parameter(AttentionShape.scaleParameter())
        .require(AttentionShape::headsComplaint);
  }

  /** The extents of a causal call. */
  static AttentionShape of(Sizes sizes) {
    return new AttentionShape(
        sizes.extent("H"),
        sizes.extent("Hk"),
        sizes.extent("L"),
        sizes.extent("D"),
        true,
        AttentionShape.scale(sizes));
  }

  /** The last {@code window} query rows, or all. */
  static int[] lastRows(AttentionShape shape, int window) {
    int count = Math.min(window, shape.queries());
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = shape.queries() - count + i;
    }
    return rows;
  }
}
