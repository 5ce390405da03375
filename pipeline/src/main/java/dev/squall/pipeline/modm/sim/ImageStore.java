package dev.squall.pipeline.modm.sim;

import java.util.Arrays;

/** Which requests' images are cached, at most so many. */
final class ImageStore {
  private final int capacity;
  private final boolean byUse;
  private final boolean[] present;
  private final double[] uses;
  private final int[] ring;
  private int oldest;
  private int size;

  /**
   * @param requests of the trace
   * @param byUse whether the least used image is evicted, else the oldest
   */
  ImageStore(int capacity, int requests, boolean byUse) {
    this.capacity = capacity;
    this.byUse = byUse;
    present = new boolean[requests];
    uses = new double[requests];
    ring = new int[Math.min(capacity, requests)];
  }

  boolean contains(int request) {
    return present[request];
  }

  int size() {
    return size;
  }

  /** A hit on {@code request} that saves {@code skipped} steps. */
  void used(int request, int skipped) {
    uses[request] += skipped;
  }

  void insert(int request) {
    if (capacity == 0) {
      return;
    }
    if (size == capacity) {
      if (byUse) {
        replaceLeastUsed(request);
        return;
      }
      present[ring[oldest]] = false;
      ring[oldest] = request;
      oldest = (oldest + 1) % capacity;
    } else {
      ring[(oldest + size) % ring.length] = request;
      size++;
    }
    present[request] = true;
  }

  /** Frequency times steps saved decides; of equal ones the oldest goes. */
  private void replaceLeastUsed(int request) {
    int least = 0;
    for (int i = 1; i < size; i++) {
      if (uses[ring[i]] < uses[ring[least]]) {
        least = i;
      }
    }
    present[ring[least]] = false;
    System.arraycopy(ring, least + 1, ring, least, size - least - 1);
    ring[size - 1] = request;
    present[request] = true;
  }

  /** The cached requests, oldest first. */
  int[] contents() {
    int[] contents = new int[size];
    Arrays.setAll(contents, i -> ring[(oldest + i) % ring.length]);
    return contents;
  }
}
