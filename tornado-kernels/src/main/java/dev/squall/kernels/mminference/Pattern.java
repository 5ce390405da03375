package dev.squall.kernels.mminference;

/** Which keys of a region a group of queries attends to. Lengths are tokens of the region. */
sealed interface Pattern {

  /** Every key. */
  record Dense() implements Pattern {}

  /** No key. */
  record None() implements Pattern {}

  /** The first {@code sink} keys and the nearest {@code local}. */
  record AShape(int sink, int local) implements Pattern {}

  /** The columns and diagonals that the group's last queries attend to most. */
  record VerticalSlash(int verticals, int slashes) implements Pattern {}

  /** The lines of a grid over the ranks of queries and keys in their own modalities. */
  record Lattice(GridLines lines) implements Pattern {}
}
