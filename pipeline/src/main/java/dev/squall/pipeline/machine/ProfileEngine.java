package dev.squall.pipeline.machine;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Devices that are known by their profiles alone: plans can use them, runs cannot. */
public final class ProfileEngine implements Engine {
  public static final String NAME = "profile";

  /** Where a profile does not say: what small devices have. */
  private static final int WORK_GROUP = 256;

  private static final double LOCAL_KIBIBYTES = 32;

  private final List<DeviceProfile> profiles;
  private final Map<BundleTarget, BundleStore> bundles = new EnumMap<>(BundleTarget.class);

  /**
   * @param profiles one for each device; a profile given twice stands for two devices
   */
  public ProfileEngine(List<DeviceProfile> profiles) {
    this.profiles = List.copyOf(profiles);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Enumeration enumerate() {
    List<Device> devices = new ArrayList<>();
    Map<String, Integer> used = new HashMap<>();
    for (DeviceProfile profile : profiles) {
      int number = used.merge(profile.id(), 1, Integer::sum);
      String id = number == 1 ? profile.id() : profile.id() + "-" + number;
      devices.add(
          new Device(
              id, NAME, profile.name(), "profile", memoryBytes(profile), traits(profile), profile));
    }
    return new Enumeration(devices, List.of());
  }

  private static long memoryBytes(DeviceProfile profile) {
    return profile.memory().capacityGigabytes().isPresent()
        ? (long) (profile.memory().capacityGigabytes().getAsDouble() * 1e9)
        : Long.MAX_VALUE;
  }

  private static DeviceTraits traits(DeviceProfile profile) {
    DeviceProfile.Limits limits = profile.limits();
    boolean fpga = profile.kind() == DeviceKind.FPGA || profile.kind() == DeviceKind.EMULATOR;
    return new DeviceTraits(
        false,
        limits.supportsKernelContext().orElse(!fpga),
        limits.maxWorkGroupSize().orElse(WORK_GROUP),
        (long) (limits.localMemoryKibibytesPerWorkGroup().orElse(LOCAL_KIBIBYTES) * 1024),
        profile.registers(),
        profile.compute().supportsFp16().orElse(false),
        profile.compute().supportsFp64().orElse(false),
        false);
  }

  @Override
  public Support supports(Device device, Variant variant, Sizes sizes) {
    return switch (variant) {
      case Variant.Host ignored -> Support.no("host code");
      case Variant.Device code ->
          bundles
              .computeIfAbsent(BundleTarget.of(device.profile().kind()), BundleStore::load)
              .supports(code.program().apply(sizes));
    };
  }

  @Override
  public DeviceSession open(Device device) {
    throw SquallException.unsupported(
        "%s is a profile, not a device: it can be planned with, not run on".formatted(device.id()));
  }
}
