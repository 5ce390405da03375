package dev.squall.kernels.mminference;

import dev.squall.kernels.spec.Sizes;

/** Where modalities part the attention of a head. */
enum Boundary {
  /** Nowhere. */
  NONE,
  /** Along the keys, which leaves an index continuous along the queries: as nowhere. */
  K,
  /** Along the queries. */
  Q,
  /** Along both. */
  BOTH;

  static Boundary of(Sizes sizes) {
    return switch (sizes.choice("kind")) {
      case "none" -> NONE;
      case "k" -> K;
      case "q" -> Q;
      case "2d" -> BOTH;
      default -> throw new IllegalStateException(sizes.choice("kind"));
    };
  }

  boolean partsQueries() {
    return this == Q || this == BOTH;
  }

  boolean partsKeys() {
    return this == BOTH;
  }

  /** The pattern of a group of queries over a region of keys. */
  Pattern pattern(BoundaryPlan plan, int head, int group, int region) {
    return plan.pattern(head, group, partsKeys() ? region : group);
  }
}
