package dev.squall.pipeline.bundle;

import dev.squall.kernels.launch.Grid;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Work-items of a launch of a bundle.
 *
 * @param global first dimension first, one to three of them
 * @param local work-items of a group, each a divisor of its {@code global}; empty where the driver
 *     chooses
 */
public record LaunchSize(List<Integer> global, List<Integer> local) {
  public LaunchSize {
    global = List.copyOf(global);
    local = List.copyOf(local);
  }

  /**
   * The size that a task's grid asks for.
   *
   * @param grouped whether to state a work-group where neither grid nor code does; else the driver
   *     chooses
   * @param maxWorkGroup most work-items of a group
   */
  public static LaunchSize of(KernelBundle bundle, Grid grid, boolean grouped, int maxWorkGroup) {
    if (!grid.local().isEmpty()) {
      return new LaunchSize(grid.global(), grid.local());
    }
    if (bundle.workGroup().isEmpty() && grouped) {
      Grid launch = grid.launch(bundle.dimensions(), bundle.outermostFirst(), maxWorkGroup);
      return new LaunchSize(launch.global(), launch.local());
    }
    List<Integer> extents = new ArrayList<>(grid.global());
    while (extents.size() < bundle.dimensions()) {
      extents.add(1);
    }
    if (bundle.outermostFirst()) {
      Collections.reverse(extents);
    }
    if (bundle.workGroup().isEmpty()) {
      return new LaunchSize(extents, List.of());
    }
    List<Integer> group = bundle.workGroup().subList(0, extents.size());
    // Groups of one are TornadoVM's form of a single work-item, which strides over all loops: an
    // FPGA runs those as a pipeline.
    return group.stream().allMatch(extent -> extent == 1)
        ? new LaunchSize(group, group)
        : rounded(extents, group);
  }

  private static LaunchSize rounded(List<Integer> extents, List<Integer> group) {
    List<Integer> global = new ArrayList<>();
    for (int i = 0; i < extents.size(); i++) {
      global.add(Math.ceilDiv(extents.get(i), group.get(i)) * group.get(i));
    }
    return new LaunchSize(global, group);
  }
}
