package dev.squall.pipeline.measure;

import java.util.Arrays;

/** Seconds as they come, unboxed. */
final class SampleBuffer {
  /** Bounds the memory of a measurement; a code this quick is certain long before. */
  private static final int MOST = 1 << 20;

  private double[] values = new double[64];
  private int count;
  private double total;

  void add(double seconds) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = seconds;
    total += seconds;
  }

  int count() {
    return count;
  }

  boolean full() {
    return count >= MOST;
  }

  double total() {
    return total;
  }

  Samples samples() {
    return Samples.of(Arrays.copyOf(values, count));
  }
}
