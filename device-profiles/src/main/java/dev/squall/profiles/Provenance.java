package dev.squall.profiles;

import java.util.Objects;

/**
 * Where a figure comes from.
 *
 * @param evidence how well it is founded
 * @param source the document, measurement or computation, in words; never blank
 */
public record Provenance(Evidence evidence, String source) {
  public Provenance {
    Objects.requireNonNull(evidence, "evidence");
    if (source.isBlank()) {
      throw new IllegalArgumentException("a figure's source is blank");
    }
  }
}
