package uk.ac.manchester.tornado.api;

/**
 * Launch sizes of one task, in work-items. Arrays hold x, y, z; sizes of unused dimensions are 1.
 */
public interface WorkerGrid {

  /** Returns the number of dimensions, 1 to 3. */
  int dimension();

  long[] getGlobalWork();

  /** Returns the size of a work-group, or null where the runtime chooses. */
  long[] getLocalWork();

  /** Returns the number of work-groups, or null while the local size is unset. */
  long[] getNumberOfWorkgroups();

  long[] getGlobalOffset();

  void setGlobalWork(long x, long y, long z);

  void setLocalWork(long x, long y, long z);

  void setNumberOfWorkgroupsToNull();

  /** Leaves the size of a work-group to the runtime. */
  void setLocalWorkToNull();

  void setGlobalOffset(long x, long y, long z);
}
