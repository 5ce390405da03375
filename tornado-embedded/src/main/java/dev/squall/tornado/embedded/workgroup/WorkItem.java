package dev.squall.tornado.embedded.workgroup;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/** One work-item: its ids and its part in the work-group's barriers and local arrays. */
public final class WorkItem {
  private final NdRange range;
  private final WorkGroup group;
  private final int localX;
  private final int localY;
  private final int localZ;

  private int barriers;
  private Barrier reached;
  private int localArrays;
  private Thread thread;
  private volatile boolean resumed;

  WorkItem(NdRange range, WorkGroup group, int localIndex) {
    this.range = range;
    this.group = group;
    this.localX = localIndex % range.localX();
    this.localY = localIndex / range.localX() % range.localY();
    this.localZ = localIndex / (range.localX() * range.localY());
  }

  public NdRange range() {
    return range;
  }

  public int localX() {
    return localX;
  }

  public int localY() {
    return localY;
  }

  public int localZ() {
    return localZ;
  }

  public int groupX() {
    return range.groupX(group.number());
  }

  public int groupY() {
    return range.groupY(group.number());
  }

  public int groupZ() {
    return range.groupZ(group.number());
  }

  public int globalX() {
    return groupX() * range.localX() + localX;
  }

  public int globalY() {
    return groupY() * range.localY() + localY;
  }

  public int globalZ() {
    return groupZ() * range.localZ() + localZ;
  }

  /** Waits until every work-item of the group has reached its barrier of the same number. */
  public void await(Barrier barrier) {
    reached = barrier;
    thread = Thread.currentThread();
    group.arrive(this);
    while (!resumed) {
      LockSupport.park(group);
    }
    resumed = false;
    reached = null;
    barriers++;
    group.continueOrAbort();
  }

  /** Returns the group's array of this work-item's next request; see {@link LocalMemory}. */
  public <T> T localArray(Class<T> type, int size, IntFunction<T> poisoned) {
    return group.localMemory().array(localArrays++, type, size, poisoned);
  }

  /** The barrier this work-item waits at, or null. */
  Barrier reached() {
    return reached;
  }

  /** Barriers passed so far. */
  int barriers() {
    return barriers;
  }

  void resume() {
    // The thread may be the caller's own, or about to park: the flag decides, unpark only wakes.
    resumed = true;
    if (thread != Thread.currentThread()) {
      LockSupport.unpark(thread);
    }
  }

  @Override
  public String toString() {
    return "work-item local (%d, %d, %d), global (%d, %d, %d)"
        .formatted(localX, localY, localZ, globalX(), globalY(), globalZ());
  }
}
