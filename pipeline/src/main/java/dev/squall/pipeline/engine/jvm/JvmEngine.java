package dev.squall.pipeline.engine.jvm;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.profiles.DeviceProfile;
import java.util.List;

/**
 * This JVM as a device: host code on the vector units, annotated loops and work-groups through the
 * embedded TornadoVM API. It is always there.
 */
public final class JvmEngine implements Engine {
  public static final String NAME = "jvm";

  private final DeviceProfile profile;
  private final long memoryBytes;
  private final HostThreads threads;

  /**
   * @param profile the host's profile, calibrated where a calibration exists
   * @param memoryBytes memory that a run may use
   */
  public JvmEngine(DeviceProfile profile, long memoryBytes, HostThreads threads) {
    this.profile = profile;
    this.memoryBytes = memoryBytes;
    this.threads = threads;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Enumeration enumerate() {
    Device host =
        new Device(
            "host",
            NAME,
            "%s, %d threads".formatted(HostProcessor.ofThisMachine().model(), threads.count()),
            System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
            memoryBytes,
            DeviceTraits.HOST,
            profile);
    return new Enumeration(List.of(host), List.of());
  }

  @Override
  public DeviceSession open(Device device) {
    return new JvmSession(threads);
  }
}
