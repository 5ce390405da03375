package dev.squall.pipeline.compare;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.measure.HostCeilings;
import dev.squall.profiles.DeviceProfile;
import java.util.function.Consumer;

/**
 * What a device reaches at best. Arithmetic of the host's processor is measured now and again,
 * since a busy machine has less; all other figures are the profile's.
 */
final class Ceilings {
  /** A ceiling that was measured longer ago than this is measured again. */
  private static final double FRESH_SECONDS = 30;

  private final Device device;
  private final Consumer<String> progress;
  private double measured = Double.NaN;
  private long when;

  Ceilings(Device device, Consumer<String> progress) {
    this.device = device;
    this.progress = progress;
  }

  /**
   * @param gflops arithmetic, GFLOP/s; NaN if not known
   * @param gbs memory, GB/s; NaN if not known
   * @param source where they come from
   */
  record Peaks(double gflops, double gbs, String source) {
    /** The share of the peak that bounds the work, and which one that is. */
    Bound bound(double flops, double bytes, double seconds) {
      double compute = flops / (gflops * 1e9);
      double memory = bytes / (gbs * 1e9);
      if (Double.isNaN(compute) && Double.isNaN(memory)) {
        return new Bound(Double.NaN, "");
      }
      boolean byMemory = Double.isNaN(compute) || memory > compute;
      return byMemory
          ? new Bound(memory / seconds, "memory")
          : new Bound(compute / seconds, "compute");
    }
  }

  record Bound(double share, String by) {}

  Peaks peaks() {
    DeviceProfile profile = device.profile();
    double gbs = profile.memory().bandwidthGigabytesPerSecond().orElse(Double.NaN);
    if (device.inHostMemory() && profile.timing().meaningful()) {
      refresh();
      return new Peaks(
          measured, gbs, "arithmetic measured in this run, memory by profile " + profile.id());
    }
    return profile(device);
  }

  static Peaks profile(Device device) {
    DeviceProfile profile = device.profile();
    return new Peaks(
        profile.compute().fp32Teraflops().orElse(Double.NaN) * 1e3,
        profile.memory().bandwidthGigabytesPerSecond().orElse(Double.NaN),
        "profile " + profile.id());
  }

  private void refresh() {
    if (Double.isNaN(measured) || (System.nanoTime() - when) * 1e-9 > FRESH_SECONDS) {
      progress.accept("measuring what the processor reaches at best");
      double now = new HostCeilings(HostThreads.all(), text -> {}).quickFmaPeak().allThreads();
      // A ceiling is a maximum: a disturbed moment must not lower it.
      measured = Double.isNaN(measured) ? now : Math.max(measured, now);
      when = System.nanoTime();
    }
  }
}
