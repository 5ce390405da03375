package dev.squall.kernels.attention;

import java.util.function.IntPredicate;

/** Which keys each query row attends to, as far as causality lets it see them. */
@FunctionalInterface
public interface KeptKeys {
  /** Every key. */
  KeptKeys ALL = (head, row) -> key -> true;

  /** Answers for the keys of one row of one head. */
  IntPredicate ofRow(int head, int row);

  /** The keys that {@code index} keeps. */
  static KeptKeys of(AttentionShape shape, KeyRuns index) {
    return new IndexedKeys(shape, index);
  }
}
