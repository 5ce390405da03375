package dev.squall.pipeline.modm.serve;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.modm.CodedRows;
import dev.squall.kernels.modm.RetrievalSimd;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The embeddings of the cached images in a ring, the oldest giving way to the newest, beside them a
 * copy in bytes, which is what a search reads first, and the search among them. One thread owns the
 * ring: it takes all searches that wait, up to a batch, runs them in one pass over the memory, and
 * inserts in between.
 */
final class EmbeddingCache implements AutoCloseable {
  /** Searches of one pass at most. */
  private static final int BATCH = 96;

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * What a search found.
   *
   * @param id of the most similar image; null if the cache is empty
   */
  record Found(UUID id, float similarity) {}

  private sealed interface Work {}

  private record Search(float[] query, CompletableFuture<Found> found) implements Work {}

  private record Insert(UUID id, float[] embedding, CompletableFuture<UUID> evicted)
      implements Work {}

  private record Stop() implements Work {}

  private final int capacity;
  private final int width;
  private final HostThreads threads;
  private final MemorySegment ring;
  private final CodedRows codes;
  private final UUID[] ids;
  private final BlockingQueue<Work> waiting = new LinkedBlockingQueue<>();
  private final Thread owner;
  private int next;
  private volatile int size;

  EmbeddingCache(int capacity, int width, HostThreads threads) {
    this.capacity = capacity;
    this.width = width;
    this.threads = threads;
    ring = Tensor.allocate(ElementType.F32, capacity, width).data();
    codes = new CodedRows(capacity, width);
    ids = new UUID[capacity];
    owner = Thread.ofPlatform().name("squall-modm-retrieval").daemon().start(this::work);
  }

  int size() {
    return size;
  }

  int width() {
    return width;
  }

  /** The most similar image. */
  CompletableFuture<Found> search(float[] query) {
    CompletableFuture<Found> found = new CompletableFuture<>();
    waiting.add(new Search(query, found));
    return found;
  }

  /** Inserts an image; answers which one gave way, null if none had to. */
  CompletableFuture<UUID> insert(UUID id, float[] embedding) {
    CompletableFuture<UUID> evicted = new CompletableFuture<>();
    waiting.add(new Insert(id, embedding, evicted));
    return evicted;
  }

  private void work() {
    List<Work> batch = new ArrayList<>();
    List<Search> searches = new ArrayList<>();
    try {
      while (true) {
        batch.clear();
        batch.add(waiting.take());
        waiting.drainTo(batch, BATCH - 1);
        for (Work work : batch) {
          switch (work) {
            case Search search -> searches.add(search);
            case Insert insert -> {
              // Searches see the cache as it was when they were asked for.
              run(searches);
              put(insert);
            }
            case Stop ignored -> {
              run(searches);
              return;
            }
          }
        }
        run(searches);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void put(Insert insert) {
    UUID evicted = ids[next];
    MemorySegment.copy(insert.embedding(), 0, ring, F32, (long) next * width * Float.BYTES, width);
    codes.put(next, insert.embedding());
    ids[next] = insert.id();
    next = (next + 1) % capacity;
    size = Math.min(capacity, size + 1);
    insert.evicted().complete(evicted);
  }

  private void run(List<Search> searches) {
    if (searches.isEmpty()) {
      return;
    }
    try {
      answer(searches);
    } catch (RuntimeException | Error e) {
      searches.forEach(search -> search.found().completeExceptionally(e));
    }
    searches.clear();
  }

  private void answer(List<Search> searches) {
    int count = searches.size();
    if (size == 0) {
      searches.forEach(search -> search.found().complete(new Found(null, Float.NaN)));
      return;
    }
    float[] queries = new float[count * width];
    for (int i = 0; i < count; i++) {
      System.arraycopy(searches.get(i).query(), 0, queries, i * width, width);
    }
    int[] index = new int[count];
    float[] similarity = new float[count];
    RetrievalSimd.topOne(codes, ring, size, width, queries, count, index, similarity, threads);
    for (int i = 0; i < count; i++) {
      searches.get(i).found().complete(new Found(ids[index[i]], similarity[i]));
    }
  }

  @Override
  public void close() {
    waiting.add(new Stop());
    try {
      owner.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
