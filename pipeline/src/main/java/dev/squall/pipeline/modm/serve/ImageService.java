package dev.squall.pipeline.modm.serve;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.modm.CachePolicy;
import dev.squall.pipeline.modm.Capacity;
import dev.squall.pipeline.modm.Demand;
import dev.squall.pipeline.modm.Monitor;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accepts requests, finds images to start from, hands work to workers and keeps what they make.
 *
 * <p>A request is acknowledged when the log has it. A worker that fails is left alone for a while;
 * its job goes to another one once, then it has failed, for good and on disk.
 */
final class ImageService implements AutoCloseable {
  static final String ACCEPTED = "squall_modm_requests_accepted_total";
  static final String REFUSED = "squall_modm_requests_refused_total";
  static final String HITS = "squall_modm_hits_total";
  static final String MISSES = "squall_modm_misses_total";
  static final String DONE = "squall_modm_images_done_total";
  static final String FAILED = "squall_modm_requests_failed_total";
  static final String RETRIED = "squall_modm_requests_retried_total";
  static final String WORKER_FAULTS = "squall_modm_worker_faults_total";
  static final String RETRIEVAL = "squall_modm_retrieval_seconds";
  static final String DURABLE = "squall_modm_log_seconds";

  /** Attempts at a job at most. */
  private static final int ATTEMPTS = 2;

  private static final long FIRST_PAUSE_MS = 500;
  private static final long LONGEST_PAUSE_MS = 30_000;

  private final ServeSettings settings;
  private final Metrics metrics = new Metrics();
  private final EmbeddingCache cache;
  private final ImageLog log;
  private final WorkQueue queue;
  private final List<WorkerClient> workers;
  private final HttpClient http;
  private final Monitor monitor;
  private final Map<UUID, Job> jobs = new ConcurrentHashMap<>();
  private final Deque<Job> retained = new ArrayDeque<>();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger running = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopping;

  /** Which of the small models is used. */
  private volatile int small;

  // Of the monitor's period.
  private int periodArrivals;
  private int periodHits;
  private double periodRemaining;

  private ImageService(ServeSettings settings) {
    this.settings = settings;
    http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    workers =
        settings.workers().stream()
            .map(uri -> new WorkerClient(uri, settings.width(), http, settings.patience()))
            .toList();
    queue = new WorkQueue(workers.size(), settings.monitor().mode());
    monitor =
        new Monitor(
            settings.monitor(),
            settings.smallRates().stream()
                .map(rate -> new Capacity(workers.size(), settings.largeRate(), rate))
                .toList());
    cache = new EmbeddingCache(settings.cacheSize(), settings.width(), HostThreads.all());
    declareMetrics();
    Map<UUID, Job> pending = new LinkedHashMap<>();
    log = open(pending);
    pending.values().forEach(this::resume);
  }

  /** Opens the store, takes up what it holds, and starts to work. */
  static ImageService start(ServeSettings settings) {
    ImageService service = new ImageService(settings);
    for (int i = 0; i < service.workers.size(); i++) {
      int worker = i;
      service.threads.add(
          Thread.ofVirtual().name("squall-modm-worker-" + i).start(() -> service.serve(worker)));
    }
    service.threads.add(Thread.ofVirtual().name("squall-modm-monitor").start(service::watch));
    return service;
  }

  private void declareMetrics() {
    metrics.counter(ACCEPTED, "Requests acknowledged.");
    metrics.counter(REFUSED, "Requests refused because too many wait.");
    metrics.counter(HITS, "Requests for which the cache had an image.");
    metrics.counter(MISSES, "Requests for which it had none.");
    metrics.counter(DONE, "Images made.");
    metrics.counter(FAILED, "Requests for which no image could be made.");
    metrics.counter(RETRIED, "Requests handed to another worker.");
    metrics.counter(WORKER_FAULTS, "Times that a worker failed.");
    metrics.latency(RETRIEVAL, "Seconds to find the most similar image, waiting included.");
    metrics.latency(DURABLE, "Seconds until the disk has a record.");
    metrics.gauge("squall_modm_open_requests", "Requests that wait or run.", open::get);
    metrics.gauge("squall_modm_running_requests", "Requests that run.", running::get);
    metrics.gauge("squall_modm_cached_images", "Images that are searched.", () -> cache().size());
    metrics.gauge("squall_modm_large_workers", "Workers with the large model.", () -> large());
    metrics.gauge("squall_modm_log_bytes", "Bytes of the store.", () -> logBytes());
  }

  private EmbeddingCache cache() {
    return cache;
  }

  private int large() {
    return queue.large();
  }

  private long logBytes() {
    return log.bytes();
  }

  Metrics metrics() {
    return metrics;
  }

  int width() {
    return settings.width();
  }

  int openRequests() {
    return open.get();
  }

  private ImageLog open(Map<UUID, Job> pending) {
    List<ImageLog.Place> orphans = new ArrayList<>();
    List<Job> finished = new ArrayList<>();
    ImageLog opened;
    try {
      opened =
          ImageLog.open(
              settings.store(),
              settings.segmentBytes(),
              (record, place) -> replay(record, place, pending, finished, orphans));
    } catch (RuntimeException e) {
      cache.close();
      http.close();
      throw e;
    }
    orphans.forEach(opened::release);
    for (Job job : finished) {
      retain(opened, job);
    }
    return opened;
  }

  private void replay(
      LogRecord record,
      ImageLog.Place place,
      Map<UUID, Job> pending,
      List<Job> finished,
      List<ImageLog.Place> unneeded) {
    switch (record) {
      case LogRecord.Accepted accepted -> {
        requireWidth(accepted.embedding());
        Job job = new Job(accepted.id(), accepted.prompt(), accepted.embedding());
        job.accepted(place);
        pending.put(job.id(), job);
      }
      case LogRecord.Done done -> {
        Job job = ended(done.id(), pending, unneeded);
        requireWidth(done.embedding());
        job.stored(place, done.cached() ? 2 : 1);
        job.done(done.model(), done.skipped());
        jobs.put(job.id(), job);
        finished.add(job);
        if (done.cached()) {
          UUID evicted = cache.insert(done.id(), done.embedding()).join();
          if (evicted != null && jobs.get(evicted).letGo()) {
            unneeded.add(jobs.remove(evicted).ended());
          }
        }
      }
      case LogRecord.Failed failed -> {
        Job job = ended(failed.id(), pending, unneeded);
        job.failed(failed.reason(), place);
        jobs.put(job.id(), job);
        finished.add(job);
      }
    }
  }

  private void requireWidth(float[] embedding) {
    if (embedding != null && embedding.length != settings.width()) {
      throw SquallException.invalidInput(
          "--store %s: holds embeddings of width %d, --width is %d"
              .formatted(settings.store(), embedding.length, settings.width()));
    }
  }

  /** The job that a last record is of, which may have outlived the first. */
  private static Job ended(UUID id, Map<UUID, Job> pending, List<ImageLog.Place> unneeded) {
    Job job = pending.remove(id);
    if (job == null) {
      return new Job(id, "", null);
    }
    unneeded.add(job.accepted());
    return job;
  }

  private void resume(Job job) {
    jobs.put(job.id(), job);
    open.incrementAndGet();
    job.deadline(System.nanoTime() + settings.deadline().toNanos());
    Thread.ofVirtual().start(() -> enqueue(job));
  }

  /** No more room: too many requests wait or run. */
  static final class FullException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Takes a request. When this returns, the disk has it.
   *
   * @param embedding of the prompt, null to have a worker make it
   * @throws FullException if too many are open
   * @throws IOException if the disk cannot take it
   */
  Job accept(String prompt, float[] embedding) throws FullException, IOException {
    if (open.incrementAndGet() > settings.queueLimit()) {
      open.decrementAndGet();
      metrics.count(REFUSED);
      throw new FullException();
    }
    Job job = new Job(UUID.randomUUID(), prompt, embedding);
    job.deadline(System.nanoTime() + settings.deadline().toNanos());
    try {
      job.accepted(durable(new LogRecord.Accepted(job.id(), prompt, embedding)));
    } catch (IOException e) {
      open.decrementAndGet();
      throw e;
    }
    jobs.put(job.id(), job);
    metrics.count(ACCEPTED);
    if (embedding != null) {
      enqueue(job);
    } else {
      Thread.ofVirtual().start(() -> enqueue(job));
    }
    return job;
  }

  /** The job of an id; null if there is none, or no longer. */
  Job find(UUID id) {
    return jobs.get(id);
  }

  /** The image of a job that is done. */
  LogRecord.Done image(Job job) throws IOException {
    return (LogRecord.Done) log.read(job.ended());
  }

  /**
   * What the cache has for a prompt's embedding.
   *
   * @throws IOException if the search failed
   */
  EmbeddingCache.Found retrieve(float[] embedding) throws IOException {
    long start = System.nanoTime();
    try {
      return cache.search(embedding).join();
    } catch (CompletionException e) {
      throw new IOException("the search failed: " + e.getCause(), e);
    } finally {
      metrics.observe(RETRIEVAL, (System.nanoTime() - start) * 1e-9);
    }
  }

  /** Steps that an image of this similarity saves; cosines below zero count as zero. */
  int skipped(EmbeddingCache.Found found) {
    return found.id() == null ? -1 : settings.table().skipped(Math.max(0f, found.similarity()));
  }

  private ImageLog.Place durable(LogRecord record) throws IOException {
    long start = System.nanoTime();
    try {
      return log.append(record).join();
    } catch (CompletionException e) {
      throw new IOException("the store cannot be written", e);
    } finally {
      metrics.observe(DURABLE, (System.nanoTime() - start) * 1e-9);
    }
  }

  /** Embeds if need be, searches, and queues. */
  private void enqueue(Job job) {
    try {
      if (job.embedding() == null) {
        job.embedding(embed(job));
      }
      EmbeddingCache.Found found = retrieve(job.embedding());
      int skipped = skipped(found);
      job.decide(skipped < 0 ? null : found.id(), found.similarity(), skipped);
      metrics.count(skipped < 0 ? MISSES : HITS);
      synchronized (this) {
        periodArrivals++;
        if (skipped >= 0) {
          periodHits++;
          periodRemaining += settings.table().strength(skipped);
        }
      }
      queue.put(job, false);
    } catch (IOException | WorkerClient.WorkerException e) {
      if (!stopping) {
        fail(job, e.getMessage());
      }
    } catch (InterruptedException e) {
      // It stays accepted, and is taken up after a restart.
      Thread.currentThread().interrupt();
    }
  }

  /** The first worker that can embed a prompt does; another one is asked once. */
  private float[] embed(Job job) throws WorkerClient.WorkerException, InterruptedException {
    int first = Math.floorMod(job.id().hashCode(), workers.size());
    try {
      return workers.get(first).embed(job.prompt());
    } catch (WorkerClient.WorkerException e) {
      metrics.count(WORKER_FAULTS);
      metrics.count(RETRIED);
      return workers.get((first + 1) % workers.size()).embed(job.prompt());
    }
  }

  /** The life of a worker's thread. */
  private void serve(int worker) {
    long pause = 0;
    try {
      while (!stopping) {
        if (pause > 0) {
          Thread.sleep(pause);
        }
        WorkQueue.Order order = queue.take(worker, 1000);
        if (order == null) {
          continue;
        }
        if (stopping) {
          queue.put(order.job(), true);
          return;
        }
        boolean good = work(worker, order);
        queue.report(worker, good);
        pause = good ? 0 : Math.clamp(2 * pause, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has a job done; answers whether the worker did well. */
  private boolean work(int worker, WorkQueue.Order order) throws InterruptedException {
    Job job = order.job();
    running.incrementAndGet();
    job.running();
    try {
      if (job.late()) {
        fail(
            job,
            "no worker could take the request within " + settings.deadline().toSeconds() + " s");
        return true;
      }
      byte[] start = start(job);
      String model = order.large() ? settings.largeModel() : settings.smallModels().get(small);
      WorkerClient.Image image =
          workers
              .get(worker)
              .generate(job, model, settings.table().steps(), Math.max(0, job.skipped()), start);
      finish(job, model, image);
      return true;
    } catch (WorkerClient.WorkerException e) {
      if (stopping) {
        // Cut off by our own end, most likely: it stays accepted, and is taken up after a restart.
        return false;
      }
      metrics.count(WORKER_FAULTS);
      if (job.attempts() + 1 < ATTEMPTS) {
        metrics.count(RETRIED);
        job.queuedAgain(worker);
        queue.put(job, true);
      } else {
        fail(job, e.getMessage());
      }
      return false;
    } catch (IOException e) {
      fail(job, e.getMessage());
      return true;
    } finally {
      running.decrementAndGet();
    }
  }

  /** The image to go on from; a job whose image has left the cache meanwhile becomes a miss. */
  private byte[] start(Job job) {
    Job source = job.source() == null ? null : jobs.get(job.source());
    if (source == null) {
      job.becomeMiss();
      return null;
    }
    try {
      return image(source).image();
    } catch (IOException e) {
      job.becomeMiss();
      return null;
    }
  }

  private void finish(Job job, String model, WorkerClient.Image image) throws IOException {
    boolean cached = job.skipped() < 0 || settings.policy() == CachePolicy.ALL;
    ImageLog.Place place =
        durable(
            new LogRecord.Done(
                job.id(),
                cached,
                job.skipped(),
                model,
                image.contentType(),
                image.embedding(),
                image.bytes()));
    job.stored(place, cached ? 2 : 1);
    if (cached) {
      UUID evicted = cache.insert(job.id(), image.embedding()).join();
      if (evicted != null) {
        letGo(log, jobs.get(evicted));
      }
    }
    // In this order: whoever is told finds the image in the cache.
    job.done(model, job.skipped());
    metrics.count(DONE);
    open.decrementAndGet();
    log.release(job.accepted());
    retain(log, job);
  }

  private void fail(Job job, String reason) {
    try {
      ImageLog.Place place = durable(new LogRecord.Failed(job.id(), reason));
      job.failed(reason, place);
      log.release(job.accepted());
      retain(log, job);
    } catch (IOException e) {
      // The disk does not take it: the request stays open and is taken up after a restart.
      job.failed(reason + "; the store cannot be written", null);
    }
    metrics.count(FAILED);
    open.decrementAndGet();
  }

  /** Keeps the answers of as many requests as the cache has images. */
  private void retain(ImageLog of, Job job) {
    Job oldest = null;
    synchronized (retained) {
      retained.addLast(job);
      if (retained.size() > settings.cacheSize()) {
        oldest = retained.removeFirst();
      }
    }
    if (oldest != null) {
      letGo(of, oldest);
    }
  }

  private void letGo(ImageLog of, Job job) {
    if (job != null && job.letGo()) {
      jobs.remove(job.id());
      of.release(job.ended());
    }
  }

  /** The life of the monitor's thread. */
  private void watch() {
    double seconds = settings.monitor().periodSeconds();
    try {
      while (!stopping) {
        Thread.sleep((long) (1000 * seconds));
        Demand demand;
        synchronized (this) {
          demand =
              new Demand(
                  periodArrivals * 60 / seconds,
                  periodArrivals == 0 ? 0 : (double) periodHits / periodArrivals,
                  periodHits == 0 ? 1 : periodRemaining / periodHits);
          periodArrivals = 0;
          periodHits = 0;
          periodRemaining = 0;
        }
        Monitor.Decision decision = monitor.update(demand);
        small = decision.small();
        queue.large(decision.large());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Prompts of open requests, oldest first, for tests. */
  Collection<Job> known() {
    return jobs.values();
  }

  /** Lets running work end, at most so long; what waits stays on disk. */
  void drain(Duration limit) {
    stopping = true;
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (running.get() > 0 && System.nanoTime() < end) {
        Thread.sleep(20);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    stopping = true;
    threads.forEach(Thread::interrupt);
    http.shutdownNow();
    for (Thread thread : threads) {
      try {
        thread.join(Duration.ofSeconds(5));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    cache.close();
    log.close();
    http.close();
  }
}
