package dev.squall.tornado.embedded.workgroup;

import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Runs the work-items of one group one at a time, each from barrier to barrier.
 *
 * <p>A phase is the code between two barriers. In every phase the work-items run in a new shuffled
 * order, so a kernel that relies on an order, or forgets a barrier, computes something else than on
 * paper. One thread holds the baton at any time; it gives the baton on when its work-item reaches a
 * barrier or ends. A work-item gets a thread of its own only once an earlier one waits at a
 * barrier, so a kernel without barriers runs as a plain loop on one thread.
 */
final class WorkGroup {
  private final NdRange range;
  private final int number;
  private final Consumer<WorkItem> kernel;
  private final SplittableRandom random;
  private final LocalMemory localMemory = new LocalMemory();

  // Guarded by the baton: handing it over (thread start, volatile flag of the work-item)
  // publishes these fields.
  private final WorkItem[] order;
  private int next;
  private boolean firstPhase = true;
  private int waiting;
  private int ended;
  private WorkItem endedFirst;
  private Failure failure;

  private Thread owner;
  private volatile boolean done;

  /** A work-item's exception, or a fault of the group as a whole (then without work-item). */
  record Failure(WorkItem item, Throwable cause) {}

  WorkGroup(NdRange range, int number, Consumer<WorkItem> kernel, SplittableRandom random) {
    this.range = range;
    this.number = number;
    this.kernel = kernel;
    this.random = random;
    this.order = new WorkItem[range.groupSize()];
    for (int i = 0; i < order.length; i++) {
      order[i] = new WorkItem(range, this, i);
    }
  }

  int number() {
    return number;
  }

  LocalMemory localMemory() {
    return localMemory;
  }

  /** Runs the group to its end on the calling virtual thread; returns its failure or null. */
  Failure run() {
    owner = Thread.currentThread();
    shuffle();
    work();
    while (!done) {
      LockSupport.park(this);
    }
    return failure;
  }

  /** Runs work-items that have not started, until the baton is elsewhere. */
  private void work() {
    while (firstPhase && failure == null && next < order.length) {
      if (!runToEnd(order[next++])) {
        return;
      }
    }
    passBaton();
  }

  /**
   * Runs one work-item.
   *
   * @return whether the baton is still in the first phase's loop; a work-item that waited at a
   *     barrier has already started a successor for that loop
   */
  private boolean runToEnd(WorkItem item) {
    try {
      kernel.accept(item);
      ended++;
      if (endedFirst == null) {
        endedFirst = item;
      }
    } catch (Aborted e) {
      // The group's failure is recorded already.
    } catch (Throwable e) {
      if (failure == null) {
        failure = new Failure(item, e);
      }
    }
    if (item.barriers() > 0) {
      passBaton();
      return false;
    }
    return true;
  }

  /** Called by the work-item that holds the baton; it waits for its turn afterwards. */
  void arrive(WorkItem item) {
    continueOrAbort();
    waiting++;
    passBaton();
  }

  /** Unwinds the calling work-item if another one failed. */
  void continueOrAbort() {
    if (failure != null) {
      throw Aborted.INSTANCE;
    }
  }

  private void passBaton() {
    if (failure != null) {
      unwindNext();
    } else if (next < order.length) {
      if (firstPhase) {
        Thread.startVirtualThread(this::work);
      } else {
        resume(order[next++]);
      }
    } else {
      endPhase();
    }
  }

  private void endPhase() {
    if (waiting == 0) {
      finish();
      return;
    }
    failure = divergence();
    if (failure != null) {
      unwindNext();
      return;
    }
    firstPhase = false;
    next = 1;
    shuffle();
    resume(order[0]);
  }

  private void resume(WorkItem item) {
    waiting--;
    item.resume();
  }

  /** Lets one waiting work-item run into {@link #continueOrAbort}; it passes the baton on. */
  private void unwindNext() {
    if (waiting == 0) {
      finish();
      return;
    }
    for (WorkItem item : order) {
      if (item.reached() != null) {
        resume(item);
        return;
      }
    }
  }

  private void finish() {
    done = true;
    LockSupport.unpark(owner);
  }

  private Failure divergence() {
    WorkItem first = null;
    for (WorkItem item : order) {
      if (item.reached() == null) {
        continue;
      }
      if (first == null) {
        first = item;
      } else if (item.reached() != first.reached()) {
        return diverged("%s waits at %s but %s at %s", first, at(first), item, at(item));
      }
    }
    return ended == 0
        ? null
        : diverged(
            "%s waits at %s but %s ended after %d barriers",
            first, at(first), endedFirst, endedFirst.barriers());
  }

  private static String at(WorkItem item) {
    return "%s (its barrier %d)".formatted(item.reached(), item.barriers() + 1);
  }

  private static Failure diverged(String format, Object... arguments) {
    return new Failure(
        null, new IllegalStateException("barrier divergence: " + format.formatted(arguments)));
  }

  private void shuffle() {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      WorkItem item = order[i];
      order[i] = order[j];
      order[j] = item;
    }
  }

  /** Unwinds a work-item whose group has failed elsewhere. */
  private static final class Aborted extends Error {
    static final Aborted INSTANCE = new Aborted();

    private Aborted() {
      super("another work-item of the group failed", null, false, false);
    }
  }
}
