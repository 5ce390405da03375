package dev.squall.pipeline.modm.serve;

import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A request on its way; its state is read by many threads and changed by one at a time. */
final class Job {
  /** How far it is. */
  enum Status {
    QUEUED,
    RUNNING,
    DONE,
    FAILED;

    boolean over() {
      return this == DONE || this == FAILED;
    }
  }

  private final UUID id;
  private final String prompt;
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile Status status = Status.QUEUED;
  private volatile float[] embedding;
  private volatile ImageLog.Place accepted;
  private volatile ImageLog.Place ended;
  private volatile int skipped = -1;
  private volatile UUID source;
  private volatile float similarity = Float.NaN;
  private volatile String model = "";
  private volatile String reason = "";

  /** The worker that failed it, to be avoided; −1 if none did. */
  private volatile int avoided = -1;

  private volatile int attempts;
  private volatile long deadlineNanos;

  /** How many of cache and retained results still need the image. */
  private int holders;

  Job(UUID id, String prompt, float[] embedding) {
    this.id = id;
    this.prompt = prompt;
    this.embedding = embedding;
  }

  UUID id() {
    return id;
  }

  String prompt() {
    return prompt;
  }

  float[] embedding() {
    return embedding;
  }

  void embedding(float[] vector) {
    embedding = vector;
  }

  Status status() {
    return status;
  }

  int skipped() {
    return skipped;
  }

  UUID source() {
    return source;
  }

  float similarity() {
    return similarity;
  }

  /** What the search decided. */
  void decide(UUID image, float cosine, int steps) {
    source = image;
    similarity = cosine;
    skipped = steps;
  }

  /** The image it was to start from is gone: it is made from nothing. */
  void becomeMiss() {
    source = null;
    skipped = -1;
  }

  String model() {
    return model;
  }

  String reason() {
    return reason;
  }

  void running() {
    status = Status.RUNNING;
  }

  void queuedAgain(int failedWorker) {
    avoided = failedWorker;
    attempts++;
    status = Status.QUEUED;
  }

  int avoided() {
    return avoided;
  }

  int attempts() {
    return attempts;
  }

  void deadline(long nanos) {
    deadlineNanos = nanos;
  }

  boolean late() {
    return System.nanoTime() - deadlineNanos > 0;
  }

  ImageLog.Place accepted() {
    return accepted;
  }

  void accepted(ImageLog.Place place) {
    accepted = place;
  }

  ImageLog.Place ended() {
    return ended;
  }

  /** The disk has its image, which so many others need from now on. */
  void stored(ImageLog.Place place, int heldBy) {
    ended = place;
    synchronized (this) {
      holders = heldBy;
    }
  }

  /** It is over, after {@link #stored}. */
  void done(String usedModel, int steps) {
    model = usedModel;
    skipped = steps;
    status = Status.DONE;
    // Nobody needs it from here: the ring has its own copy of the image's.
    embedding = null;
    over.countDown();
  }

  void failed(String why, ImageLog.Place place) {
    reason = why;
    ended = place;
    synchronized (this) {
      holders = 1;
    }
    status = Status.FAILED;
    embedding = null;
    over.countDown();
  }

  /** One holder less; answers whether none is left. */
  synchronized boolean letGo() {
    return --holders == 0;
  }

  /** Waits until it is over, at most so long. */
  void await(double seconds) throws InterruptedException {
    over.await((long) (seconds * 1000), TimeUnit.MILLISECONDS);
  }
}
