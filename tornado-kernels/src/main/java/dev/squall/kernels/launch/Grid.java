package dev.squall.kernels.launch;

import java.util.List;

/**
 * How many work-items a task has.
 *
 * @param global work-items in one to three dimensions, x first
 * @param local work-items of a group, a divisor of {@code global} in each dimension; empty where
 *     the engine chooses (annotated loops)
 */
public record Grid(List<Integer> global, List<Integer> local) {
  public Grid {
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /** The extents of the parallel loops of an annotated kernel, innermost first. */
  public static Grid loops(int... extents) {
    return new Grid(boxed(extents), List.of());
  }

  /** {@code groups} work-groups of {@code size} work-items in one dimension. */
  public static Grid groups(int groups, int size) {
    return new Grid(List.of(Math.multiplyExact(groups, size)), List.of(size));
  }

  /** {@code groupsX × groupsY} work-groups of {@code size} work-items along x. */
  public static Grid groups(int groupsX, int groupsY, int size) {
    return new Grid(List.of(Math.multiplyExact(groupsX, size), groupsY), List.of(size, 1));
  }

  private static List<Integer> boxed(int... values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }
}
