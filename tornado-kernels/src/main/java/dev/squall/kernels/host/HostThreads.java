package dev.squall.kernels.host;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * The host's cores as a parallel loop. Work is handed out one index at a time, so callers order
 * their indices from the largest piece to the smallest.
 */
public final class HostThreads {
  private static final HostThreads ALL =
      new HostThreads(
          Integer.getInteger("squall.threads", Runtime.getRuntime().availableProcessors()));

  private final int count;
  private final ExecutorService helpers;

  private HostThreads(int count) {
    this.count = Math.max(1, count);
    this.helpers =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("squall-host-", 0).factory());
  }

  /** All cores, or as many threads as the property {@code squall.threads} says. */
  public static HostThreads all() {
    return ALL;
  }

  public static HostThreads of(int count) {
    return new HostThreads(count);
  }

  public int count() {
    return count;
  }

  /** Runs {@code body} for every index below {@code indices}; returns when all are done. */
  public void forEach(long indices, LongConsumer body) {
    forEach(indices, () -> null, (scratch, index) -> body.accept(index));
  }

  /**
   * Runs {@code body} for every index below {@code indices}, each thread with scratch of its own.
   * The first exception of a body stops the loop and is thrown here.
   */
  public <S> void forEach(long indices, Supplier<S> scratch, Body<S> body) {
    AtomicLong next = new AtomicLong();
    Runnable worker =
        () -> {
          S own = scratch.get();
          for (long index; (index = next.getAndIncrement()) < indices; ) {
            try {
              body.run(own, index);
            } catch (Throwable e) {
              next.set(indices);
              throw e;
            }
          }
        };
    List<Future<?>> others = new ArrayList<>();
    for (int i = 1; i < Math.min(count, indices); i++) {
      others.add(helpers.submit(worker));
    }
    Throwable failure = null;
    try {
      worker.run();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (Future<?> other : others) {
      try {
        other.get();
      } catch (ExecutionException e) {
        failure = failure == null ? e.getCause() : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        next.set(indices);
        failure = failure == null ? new IllegalStateException("interrupted", e) : failure;
      }
    }
    rethrow(failure);
  }

  /** The body of a parallel loop. */
  @FunctionalInterface
  public interface Body<S> {
    void run(S scratch, long index);
  }

  private static void rethrow(Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
