package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.LaunchSize;

/**
 * A launch as Level Zero counts it: work-items of a group and groups, always in three dimensions.
 *
 * @param local work-items of a group, three numbers
 * @param groups number of groups, three numbers
 */
record GroupCount(int[] local, int[] groups) {
  private static final int DIMENSIONS = 3;

  /**
   * @param size with a work-group
   * @throws SquallException LAUNCH if there are more groups than 32 bits count
   */
  static GroupCount of(LaunchSize size) {
    int[] local = {1, 1, 1};
    int[] groups = {1, 1, 1};
    for (int i = 0; i < Math.min(DIMENSIONS, size.global().size()); i++) {
      long items = size.local().get(i);
      long count = size.global().get(i) / items;
      if (count > 0xFFFF_FFFFL) {
        throw new SquallException(
            ErrorClass.LAUNCH, "%d work-groups in one dimension are too many".formatted(count));
      }
      local[i] = (int) items;
      groups[i] = (int) count;
    }
    return new GroupCount(local, groups);
  }
}
