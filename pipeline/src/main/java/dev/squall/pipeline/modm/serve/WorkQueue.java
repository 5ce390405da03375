package dev.squall.pipeline.modm.serve;

import dev.squall.pipeline.modm.Monitor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Hits and misses that wait, and which worker runs which model. Large models take misses first,
 * then hits (in throughput mode only if there is no small one); small models take hits alone.
 *
 * <p>A worker that failed does not count until it does well again: the next one takes over its
 * model, so that no kind of job waits for a worker that is gone.
 */
final class WorkQueue {
  /** For so long a job is kept from the worker that failed it. */
  private static final long AVOID_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Entry> hits = new ArrayDeque<>();
  private final Deque<Entry> misses = new ArrayDeque<>();
  private final boolean[] failed;
  private final Monitor.Mode mode;
  private int large;

  private record Entry(Job job, long sinceNanos) {}

  WorkQueue(int workers, Monitor.Mode mode) {
    this.failed = new boolean[workers];
    this.mode = mode;
    this.large = workers;
  }

  /** Puts a job at the end, or in front if it was taken before. */
  void put(Job job, boolean inFront) {
    lock.lock();
    try {
      Deque<Entry> queue = job.skipped() < 0 ? misses : hits;
      Entry entry = new Entry(job, System.nanoTime());
      if (inFront) {
        queue.addFirst(entry);
      } else {
        queue.addLast(entry);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How a worker's last job went. */
  void report(int worker, boolean well) {
    lock.lock();
    try {
      failed[worker] = !well;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** From now on so many workers run the large model, the first ones. */
  void large(int count) {
    lock.lock();
    try {
      large = count;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int large() {
    lock.lock();
    try {
      return large;
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return hits.size() + misses.size();
    } finally {
      lock.unlock();
    }
  }

  /** A job and the kind of model that the worker is to use. */
  record Order(Job job, boolean large) {}

  /** The next job of a worker; null if none comes in time. */
  Order take(int worker, long milliseconds) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(milliseconds);
    lock.lock();
    try {
      while (true) {
        boolean runsLarge = runsLarge(worker);
        Job job = runsLarge ? next(misses, worker) : next(hits, worker);
        if (job == null && runsLarge && largeMayTakeHits()) {
          job = next(hits, worker);
        }
        if (job != null) {
          return new Order(job, runsLarge);
        }
        long left = end - System.nanoTime();
        if (left <= 0) {
          return null;
        }
        // Now and then without a change, too: jobs stop avoiding a worker as time goes by.
        changed.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean largeMayTakeHits() {
    return mode == Monitor.Mode.QUALITY || wellBefore(failed.length) <= large;
  }

  private boolean runsLarge(int worker) {
    return wellBefore(worker) < large;
  }

  /** Workers before {@code end} that have not failed. */
  private int wellBefore(int end) {
    int count = 0;
    for (int i = 0; i < end; i++) {
      count += failed[i] ? 0 : 1;
    }
    return count;
  }

  private Job next(Deque<Entry> queue, int worker) {
    for (Iterator<Entry> entries = queue.iterator(); entries.hasNext(); ) {
      Entry entry = entries.next();
      boolean avoids =
          failed.length > 1
              && entry.job().avoided() == worker
              && System.nanoTime() - entry.sinceNanos() < AVOID_NANOS;
      if (!avoids) {
        entries.remove();
        return entry.job();
      }
    }
    return null;
  }
}
