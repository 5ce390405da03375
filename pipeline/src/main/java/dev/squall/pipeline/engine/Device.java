package dev.squall.pipeline.engine;

import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfile;
import java.util.Optional;

/**
 * A device that an engine has found.
 *
 * @param id short and stable: {@code host}, {@code pocl}, {@code nvidia-2}, …
 * @param engine name of the engine that runs it
 * @param name what the driver calls it
 * @param driver driver and version, as one key for recorded times
 * @param memoryBytes memory that kernels may use
 * @param profile what is known of its speed
 * @param limits what its driver says that it can do
 */
public record Device(
    String id,
    String engine,
    String name,
    String driver,
    long memoryBytes,
    DeviceTraits traits,
    DeviceProfile profile,
    DeviceLimits limits) {
  private static final String PROCESSOR = "processor";

  /** A device whose driver says nothing. */
  public Device(
      String id,
      String engine,
      String name,
      String driver,
      long memoryBytes,
      DeviceTraits traits,
      DeviceProfile profile) {
    this(id, engine, name, driver, memoryBytes, traits, profile, DeviceLimits.UNKNOWN);
  }

  /** What tells devices apart comes first: planners ask very often. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || other instanceof Device device
            && id.equals(device.id)
            && engine.equals(device.engine)
            && name.equals(device.name)
            && driver.equals(device.driver)
            && memoryBytes == device.memoryBytes
            && traits.equals(device.traits)
            && profile.equals(device.profile)
            && limits.equals(device.limits);
  }

  /** Of what tells devices apart; a profile has far too much to be hashed at every look-up. */
  @Override
  public int hashCode() {
    return 31 * engine.hashCode() + id.hashCode();
  }

  /** Engine and id, for example {@code jvm:host}. */
  public String qualifiedId() {
    return engine + ":" + id;
  }

  /** Whether the user's word for a device means this one. */
  public boolean answersTo(String word) {
    return word.equals(id) || word.equals(qualifiedId());
  }

  /** Whether its kernels work in the host's memory, so that nothing must be copied. */
  public boolean inHostMemory() {
    return traits.host() || profile.kind() == DeviceKind.CPU;
  }

  /**
   * The silicon that does the work. Devices of one resource work one at a time: the host, OpenCL
   * runtimes and emulators share the processor's cores, and a card is one card through whatever
   * engine.
   */
  public String resource() {
    return switch (profile.kind()) {
      case CPU, EMULATOR, CAPTURE -> PROCESSOR;
      case GPU, IGPU, FPGA -> traits.host() ? PROCESSOR : id;
    };
  }

  /** Why times of this device are no timings; empty where they are. */
  public Optional<String> notATiming() {
    return profile.timing().meaningful()
        ? Optional.empty()
        : Optional.of(
            (profile.kind() == DeviceKind.CAPTURE ? "capture" : "emulation") + ": not a timing");
  }
}
