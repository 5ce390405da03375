package dev.squall.pipeline.testing;

import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** Device profiles of any speed. */
public final class Profiles {
  private Profiles() {}

  /** A graphics card of this peak rate whose memory and link are far faster than it needs. */
  public static DeviceProfile card(double fp32Teraflops) {
    return profile(DeviceKind.GPU, true, fp32Teraflops, 1e6, 0, 1e6);
  }

  /**
   * @param meaningful whether times on the device say anything
   * @param launchMicroseconds cost of starting a kernel
   * @param linkGigabytesPerSecond rate of copies to and from the device
   */
  public static DeviceProfile profile(
      DeviceKind kind,
      boolean meaningful,
      double fp32Teraflops,
      double memoryGigabytesPerSecond,
      double launchMicroseconds,
      double linkGigabytesPerSecond) {
    OptionalDouble unknown = OptionalDouble.empty();
    OptionalDouble link = OptionalDouble.of(linkGigabytesPerSecond);
    return new DeviceProfile(
        "made",
        "made for a test",
        kind,
        List.of(),
        new DeviceProfile.Compute(
            OptionalDouble.of(fp32Teraflops),
            unknown,
            unknown,
            unknown,
            unknown,
            unknown,
            OptionalInt.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty()),
        new DeviceProfile.Memory(
            unknown, OptionalDouble.of(memoryGigabytesPerSecond), unknown, unknown, unknown),
        new DeviceProfile.Link(link, link, link),
        new DeviceProfile.Limits(
            OptionalInt.empty(),
            OptionalInt.empty(),
            List.of(),
            unknown,
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty()),
        new DeviceProfile.Power(unknown),
        new DeviceProfile.Timing(meaningful, OptionalDouble.of(launchMicroseconds), unknown),
        Map.of());
  }
}
