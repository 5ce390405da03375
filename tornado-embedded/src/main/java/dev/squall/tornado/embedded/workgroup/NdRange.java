package dev.squall.tornado.embedded.workgroup;

import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Sizes of a launch in work-items: the whole range and one work-group, in three dimensions.
 *
 * <p>Work-groups are numbered from 0 with x fastest, and so are the work-items of a group.
 */
public record NdRange(int globalX, int globalY, int globalZ, int localX, int localY, int localZ) {

  /** The largest work-group that every common OpenCL and CUDA GPU accepts. */
  public static final int LARGEST_GROUP = 1024;

  private static final int LARGEST_CHOSEN_GROUP = 256;

  public NdRange {
    requireMultiple('x', globalX, localX);
    requireMultiple('y', globalY, localY);
    requireMultiple('z', globalZ, localZ);
    if ((long) localX * localY * localZ > LARGEST_GROUP) {
      throw new TornadoRuntimeException(
          "local size %d x %d x %d exceeds %d work-items: choose a smaller work-group"
              .formatted(localX, localY, localZ, LARGEST_GROUP));
    }
    long groups = (long) (globalX / localX) * (globalY / localY) * (long) (globalZ / localZ);
    if (groups > Integer.MAX_VALUE) {
      throw new TornadoRuntimeException(
          groups + " work-groups exceed 2^31 - 1: split the launch or enlarge the work-group");
    }
  }

  /**
   * Makes a range from sizes x, y, z.
   *
   * @param local sizes of a work-group, or null to let this method choose: the largest divisors of
   *     the global size, x first, that keep the group within 256 work-items
   */
  public static NdRange of(long[] global, long[] local) {
    long[] group = local == null ? chooseLocal(global) : local;
    return new NdRange(
        Math.toIntExact(global[0]),
        Math.toIntExact(global[1]),
        Math.toIntExact(global[2]),
        Math.toIntExact(group[0]),
        Math.toIntExact(group[1]),
        Math.toIntExact(group[2]));
  }

  private static long[] chooseLocal(long[] global) {
    long[] local = new long[3];
    long room = LARGEST_CHOSEN_GROUP;
    for (int dimension = 0; dimension < 3; dimension++) {
      local[dimension] = largestDivisor(global[dimension], room);
      room /= local[dimension];
    }
    return local;
  }

  private static long largestDivisor(long size, long limit) {
    long divisor = Math.max(1, Math.min(size, limit));
    while (size % divisor != 0) {
      divisor--;
    }
    return divisor;
  }

  private static void requireMultiple(char dimension, int global, int local) {
    if (global <= 0 || local <= 0) {
      throw new TornadoRuntimeException(
          "global size %d and local size %d of dimension %c must be positive"
              .formatted(global, local, dimension));
    }
    if (global % local != 0) {
      throw new TornadoRuntimeException(
          "global size %d of dimension %c is not a multiple of local size %d: round it up to %d and guard the index in the kernel"
              .formatted(global, dimension, local, Math.ceilDiv(global, local) * (long) local));
    }
  }

  /** Number of work-groups. */
  int groups() {
    return groupsX() * groupsY() * (globalZ / localZ);
  }

  int groupX(int group) {
    return group % groupsX();
  }

  int groupY(int group) {
    return group / groupsX() % groupsY();
  }

  int groupZ(int group) {
    return group / (groupsX() * groupsY());
  }

  private int groupsX() {
    return globalX / localX;
  }

  private int groupsY() {
    return globalY / localY;
  }

  /** Work-items of one work-group. */
  int groupSize() {
    return localX * localY * localZ;
  }
}
