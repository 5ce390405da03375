package dev.squall.kernels.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * How many work-items a task has.
 *
 * @param global work-items in one to three dimensions, x first
 * @param local work-items of a group, a divisor of {@code global} in each dimension; empty where
 *     the engine chooses (annotated loops)
 */
public record Grid(List<Integer> global, List<Integer> local) {
  /** Work-items of a group along the dimensions of nested parallel loops, innermost first. */
  private static final int[] LOOP_GROUP = {32, 4, 1};

  /** The same for a single loop. */
  private static final int LINE_GROUP = 128;

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

  /**
   * The grid that launches annotated loops on a device: with a work-group, and rounded up to it.
   * Such loops stride over their range, so work-items beyond it have nothing to do. A grid that has
   * a work-group is left as it is.
   *
   * @param dimensions parallel loops of the kernel
   * @param outermostFirst whether the kernel's first dimension is the outermost loop
   * @param maxWorkGroup most work-items of a group
   */
  public Grid launch(int dimensions, boolean outermostFirst, int maxWorkGroup) {
    if (!local.isEmpty()) {
      return this;
    }
    List<Integer> extents = new ArrayList<>(global);
    while (extents.size() < dimensions) {
      extents.add(1);
    }
    List<Integer> group = new ArrayList<>();
    int left = Math.max(1, maxWorkGroup);
    for (int i = 0; i < extents.size(); i++) {
      int wished = extents.size() == 1 ? LINE_GROUP : LOOP_GROUP[i];
      int enough = Integer.highestOneBit(Math.max(1, 2 * extents.get(i) - 1));
      int size = Math.min(Math.min(wished, enough), Integer.highestOneBit(left));
      group.add(size);
      left /= size;
    }
    List<Integer> rounded = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      rounded.add(Math.ceilDiv(extents.get(i), group.get(i)) * group.get(i));
    }
    return outermostFirst
        ? new Grid(rounded.reversed(), group.reversed())
        : new Grid(rounded, group);
  }

  private static List<Integer> boxed(int... values) {
    return java.util.Arrays.stream(values).boxed().toList();
  }
}
