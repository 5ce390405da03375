package dev.squall.pipeline.engine.levelzero;

/**
 * How a device counts time.
 *
 * @param secondsPerTick length of a tick
 * @param validBits of a kernel's timestamps, which start again at zero when they are used up
 */
record DeviceClock(double secondsPerTick, int validBits) {
  /**
   * @param resolution nanoseconds a tick, or ticks a second
   * @param hertz whether it is the latter
   */
  static DeviceClock of(long resolution, boolean hertz, int validBits) {
    if (resolution <= 0) {
      return new DeviceClock(0, validBits); // a driver without a clock: times read zero
    }
    return new DeviceClock(hertz ? 1.0 / resolution : 1e-9 * resolution, validBits);
  }

  /** From one timestamp to the next, which may have started anew once in between. */
  double seconds(long start, long end) {
    boolean all = validBits <= 0 || validBits >= Long.SIZE;
    long ticks = all ? end - start : end - start & (1L << validBits) - 1;
    return Math.max(0, ticks) * secondsPerTick;
  }
}
