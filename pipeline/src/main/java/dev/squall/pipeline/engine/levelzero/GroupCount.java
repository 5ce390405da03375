package dev.squall.pipeline.engine.levelzero;

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
   */
  static GroupCount of(LaunchSize size) {
    int[] local = {1, 1, 1};
    int[] groups = {1, 1, 1};
    for (int i = 0; i < Math.min(DIMENSIONS, size.global().size()); i++) {
      local[i] = size.local().get(i).intValue();
      groups[i] = size.global().get(i).intValue() / local[i];
    }
    return new GroupCount(local, groups);
  }
}
