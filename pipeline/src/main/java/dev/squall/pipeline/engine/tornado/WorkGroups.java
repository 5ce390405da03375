package dev.squall.pipeline.engine.tornado;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Grid;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;

/** How large work-groups may be, and how many. */
final class WorkGroups {
  private WorkGroups() {}

  /**
   * Most work-items of a group along x. The PTX back end tells the most groups of a grid as the
   * size of a group, so that the size of an item's range counts, too.
   */
  static long most(TornadoTargetDevice device) {
    long[] group = device.getDeviceMaxWorkGroupSize();
    long[] items = device.getDeviceMaxWorkItemSizes();
    long most = group.length == 0 ? 0 : group[0];
    return items != null && items.length > 0 && items[0] > 0 ? Math.min(most, items[0]) : most;
  }

  /**
   * Refuses a grid that the PTX back end would cut off without a word: it takes whole groups alone,
   * and no more than the device's most.
   *
   * @param mostGroups by dimension, x first
   * @throws SquallException UNSUPPORTED
   */
  static Grid requireWhole(Grid grid, long[] mostGroups) {
    for (int i = 0; i < Math.min(grid.local().size(), mostGroups.length); i++) {
      if (grid.global().get(i) % grid.local().get(i) != 0) {
        throw SquallException.unsupported(
            "%d work-items in dimension %d are no multiple of a group of %d"
                .formatted(grid.global().get(i), i, grid.local().get(i)));
      }
      long groups = grid.global().get(i) / grid.local().get(i);
      if (groups > mostGroups[i]) {
        throw SquallException.unsupported(
            "%d work-groups in dimension %d; the device takes %d"
                .formatted(groups, i, mostGroups[i]));
      }
    }
    return grid;
  }
}
