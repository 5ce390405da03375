package dev.squall.pipeline.engine.levelzero;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BinaryFolder;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.DeviceBackend;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.nio.file.Path;
import java.util.List;

/** The GPUs that Level Zero shows to this process. */
final class LevelZeroBackend implements DeviceBackend {
  private final Path loader;
  private final BinaryFolder binaries;
  private ZeApi api;

  /**
   * @param loader {@code libze_loader.so.1}
   * @param binaries native modules of earlier processes
   */
  LevelZeroBackend(Path loader, BinaryFolder binaries) {
    this.loader = loader;
    this.binaries = binaries;
  }

  @Override
  public List<DeviceFacts> enumerate() {
    return devices().stream().map(ZeDevice::facts).toList();
  }

  @Override
  public DeviceSession open(int index, long memoryBytes) {
    List<ZeDevice> devices = devices();
    if (index >= devices.size()) {
      throw new SquallException(
          ErrorClass.DEVICE_LOST, "the driver shows %d devices now".formatted(devices.size()));
    }
    return new LevelZeroSession(
        ZeContext.open(api, devices.get(index)), BundleStore.load(BundleTarget.SPIRV), binaries);
  }

  private List<ZeDevice> devices() {
    if (api == null) {
      api = ZeApi.load(loader);
    }
    return new ZeDevices(api).all();
  }
}
