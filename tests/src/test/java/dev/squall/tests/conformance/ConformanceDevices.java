package dev.squall.tests.conformance;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.spec.Variant;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The devices that the suite runs on: all that the engines find. */
final class ConformanceDevices implements AutoCloseable {
  /** Names a device, as {@code --device} does, that must be here. */
  private static final String REQUIRED = "squall.require.device";

  private final Devices devices = new Devices(engines());
  private final Map<Device, DeviceSession> open = new HashMap<>();

  /**
   * The JVM alone, unless the run is about devices: then all that the user's cache folder knows.
   */
  private static List<Engine> engines() {
    DeviceProfile host = DeviceProfiles.shipped().byId("host-cpu").orElseThrow();
    long memory = HostProcessor.ofThisMachine().availableMemoryBytes();
    return required().isPresent()
        ? LocalEngines.all(host, memory, Path.of(System.getenv("SQUALL_CACHE")), false)
        : List.of(new JvmEngine(host, memory, HostThreads.all()));
  }

  List<Device> all() {
    return devices.found();
  }

  /** The word for a device that this run is about, if it is about one. */
  static Optional<String> required() {
    return Optional.ofNullable(System.getProperty(REQUIRED));
  }

  /**
   * @throws dev.squall.pipeline.engine.NoSuchDeviceException if no device answers to {@code word}
   */
  List<Device> select(String word) {
    return devices.select(word);
  }

  Support supports(Device device, Variant variant, Sizes sizes) {
    return devices.supports(device, variant, sizes);
  }

  DeviceSession session(Device device) {
    return open.computeIfAbsent(device, devices::open);
  }

  @Override
  public void close() {
    open.values().forEach(DeviceSession::close);
  }
}
