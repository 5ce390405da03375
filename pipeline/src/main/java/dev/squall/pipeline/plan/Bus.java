package dev.squall.pipeline.plan;

import dev.squall.pipeline.engine.Device;
import dev.squall.profiles.DeviceProfile;

/**
 * The way between the host's memory and a device's.
 *
 * @param ownMemory whether there is such a way: tensors must be copied
 * @param toDevice bytes per second
 * @param fromDevice bytes per second
 * @param measured whether the rates are those of copies seen on this machine
 */
public record Bus(boolean ownMemory, double toDevice, double fromDevice, boolean measured) {
  /** Of a device that works in the host's memory. */
  public static final Bus NONE =
      new Bus(false, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, true);

  /** Copies reach about this share of a link's line rate. */
  private static final double SHARE_OF_LINE_RATE = 0.8;

  /** Bytes per second where a profile knows nothing: an old link. */
  private static final double SLOW = 6e9;

  /** What a device's profile says. */
  public static Bus of(Device device) {
    if (device.inHostMemory()) {
      return NONE;
    }
    DeviceProfile.Link link = device.profile().link();
    double line =
        link.peakGigabytesPerSecond().isPresent()
            ? link.peakGigabytesPerSecond().getAsDouble() * 1e9 * SHARE_OF_LINE_RATE
            : SLOW;
    return new Bus(
        true,
        link.toDeviceGigabytesPerSecond().orElse(line / 1e9) * 1e9,
        link.fromDeviceGigabytesPerSecond().orElse(line / 1e9) * 1e9,
        false);
  }
}
