package dev.squall.tornado.embedded.workgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * Runs every work-group of a launch, several at a time, each on a virtual thread of its own.
 *
 * <p>The order of groups and, in every phase, of work-items follows from one seed. It is fixed, so
 * that runs repeat; system property {@value #SEED_PROPERTY} chooses another order.
 */
public final class KernelLauncher {
  /** Names the seed of the execution order, a long. */
  public static final String SEED_PROPERTY = "dev.squall.tornado.seed";

  private static final long DEFAULT_SEED = 20_260_723;

  private final String task;
  private final NdRange range;
  private final Consumer<WorkItem> kernel;
  private final long seed;
  private final int groups;
  private final int firstGroup;
  private final int groupStride;
  private final AtomicInteger taken = new AtomicInteger();
  private PlacedFailure failure;

  private record PlacedFailure(int position, int group, WorkGroup.Failure failure) {}

  private KernelLauncher(String task, NdRange range, Consumer<WorkItem> kernel, long seed) {
    this.task = task;
    this.range = range;
    this.kernel = kernel;
    this.seed = seed;
    this.groups = range.groups();
    SplittableRandom random = new SplittableRandom(seed);
    this.firstGroup = random.nextInt(groups);
    this.groupStride = strideCoprimeTo(groups, random);
  }

  /**
   * Runs a kernel over a range and returns when all its work-items have ended.
   *
   * @param task name for error messages
   * @throws TornadoRuntimeException if a work-item throws, or waits at a barrier that others of its
   *     group do not reach; of several failing groups the first in execution order is reported
   */
  public static void launch(String task, NdRange range, Consumer<WorkItem> kernel) {
    long seed = Long.getLong(SEED_PROPERTY, DEFAULT_SEED);
    new KernelLauncher(task, range, kernel, seed).run();
  }

  private void run() {
    int lanes = Math.min(groups, Runtime.getRuntime().availableProcessors());
    List<Thread> threads = new ArrayList<>(lanes);
    for (int lane = 0; lane < lanes; lane++) {
      threads.add(Thread.startVirtualThread(this::runGroups));
    }
    joinAll(threads);
    if (failure != null) {
      throw describe(failure);
    }
  }

  private void runGroups() {
    int position = taken.getAndIncrement();
    while (position < groups && isNeeded(position)) {
      int group = (int) ((firstGroup + (long) position * groupStride) % groups);
      // A source per group keeps its order independent of the other groups' progress.
      SplittableRandom random = new SplittableRandom(seed ^ ((long) group << 32));
      WorkGroup.Failure cause = new WorkGroup(range, group, kernel, random).run();
      if (cause != null) {
        record(new PlacedFailure(position, group, cause));
      }
      position = taken.getAndIncrement();
    }
  }

  /** Groups before a failed one still run: one of them may fail too and is then reported. */
  private synchronized boolean isNeeded(int position) {
    return failure == null || position < failure.position();
  }

  private synchronized void record(PlacedFailure other) {
    if (failure == null || other.position() < failure.position()) {
      failure = other;
    }
  }

  private TornadoRuntimeException describe(PlacedFailure placed) {
    WorkItem item = placed.failure().item();
    Throwable cause = placed.failure().cause();
    String where = item == null ? "" : ", " + item;
    TornadoRuntimeException exception =
        new TornadoRuntimeException(
            "task %s, work-group (%d, %d, %d)%s: %s [order seed %d, chosen by -D%s]"
                .formatted(
                    task,
                    range.groupX(placed.group()),
                    range.groupY(placed.group()),
                    range.groupZ(placed.group()),
                    where,
                    item == null ? cause.getMessage() : cause,
                    seed,
                    SEED_PROPERTY));
    exception.initCause(cause);
    return exception;
  }

  private static int strideCoprimeTo(int groups, SplittableRandom random) {
    int stride = 1 + random.nextInt(groups);
    while (greatestCommonDivisor(stride, groups) != 1) {
      stride++;
    }
    return stride;
  }

  private static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  private static void joinAll(List<Thread> threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      // Kernels cannot be cancelled: finish the launch, then keep the interrupt for the caller.
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
