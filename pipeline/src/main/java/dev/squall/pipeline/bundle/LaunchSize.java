package dev.squall.pipeline.bundle;

import dev.squall.kernels.launch.Grid;
import java.util.ArrayList;
import java.util.List;

/**
 * Work-items of a launch of a bundle.
 *
 * @param global first dimension first, one to three of them
 * @param local work-items of a group, each a divisor of its {@code global}; empty where the driver
 *     chooses
 */
public record LaunchSize(List<Long> global, List<Long> local) {
  /** Work-items of a group along the first dimensions of parallel loops. */
  private static final int[] LOOP_GROUP = {32, 4, 1};

  private static final int LINE_GROUP = 128;

  public LaunchSize {
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /**
   * The size that a task's grid asks for. Parallel loops stride over their range, so a rounded-up
   * launch only has work-items with nothing to do.
   *
   * @param grouped whether to state a work-group where neither grid nor code does; else the driver
   *     chooses
   * @param maxWorkGroup most work-items of a group
   */
  public static LaunchSize of(KernelBundle bundle, Grid grid, boolean grouped, int maxWorkGroup) {
    if (!grid.local().isEmpty()) {
      return new LaunchSize(longs(grid.global()), longs(grid.local()));
    }
    List<Long> extents = new ArrayList<>(longs(grid.global()));
    while (extents.size() < bundle.dimensions()) {
      extents.add(1L);
    }
    if (bundle.outermostFirst()) {
      extents = extents.reversed();
    }
    if (!bundle.workGroup().isEmpty()) {
      return rounded(extents, longs(bundle.workGroup()).subList(0, extents.size()));
    }
    return grouped
        ? rounded(extents, loopGroup(extents, maxWorkGroup))
        : new LaunchSize(extents, List.of());
  }

  private static List<Long> loopGroup(List<Long> extents, int maxWorkGroup) {
    List<Long> group = new ArrayList<>();
    long left = Math.max(1, maxWorkGroup);
    for (int i = 0; i < extents.size(); i++) {
      long wished = extents.size() == 1 ? LINE_GROUP : LOOP_GROUP[i];
      long enough = Long.highestOneBit(Math.max(1, 2 * extents.get(i) - 1));
      long size = Math.min(Math.min(wished, enough), Long.highestOneBit(left));
      group.add(size);
      left /= size;
    }
    return group;
  }

  private static LaunchSize rounded(List<Long> extents, List<Long> group) {
    List<Long> global = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      global.add(Math.ceilDiv(extents.get(i), group.get(i)) * group.get(i));
    }
    return new LaunchSize(global, group);
  }

  private static List<Long> longs(List<Integer> values) {
    return values.stream().map(Integer::longValue).toList();
  }
}
