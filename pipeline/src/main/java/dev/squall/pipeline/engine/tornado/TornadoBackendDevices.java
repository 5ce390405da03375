package dev.squall.pipeline.engine.tornado;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.DeviceBackend;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import dev.squall.pipeline.engine.remote.OneLine;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoDeviceMap;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;

/** The devices of the first back end of the TornadoVM that this process runs on. */
final class TornadoBackendDevices implements DeviceBackend {
  private final Optional<FpgaWorkplace> fpga;

  /**
   * @param fpga where TornadoVM compiles, if the devices are FPGAs
   */
  TornadoBackendDevices(Optional<FpgaWorkplace> fpga) {
    this.fpga = fpga;
  }

  @Override
  public List<DeviceFacts> enumerate() {
    List<DeviceFacts> facts = new ArrayList<>();
    List<TornadoDevice> devices = devices();
    for (int i = 0; i < devices.size(); i++) {
      facts.add(facts(i, devices.get(i)));
    }
    return facts;
  }

  @Override
  public DeviceSession open(int index, long memoryBytes) {
    List<TornadoDevice> devices = devices();
    if (index >= devices.size()) {
      throw new SquallException(
          ErrorClass.DEVICE_LOST, "TornadoVM shows %d devices now".formatted(devices.size()));
    }
    return new TornadoSession(devices.get(index), fpga);
  }

  private static List<TornadoDevice> devices() {
    try {
      TornadoBackend backend = new TornadoDeviceMap().getAllBackends().getFirst();
      return backend.getAllDevices();
    } catch (LinkageError e) {
      // Its way to say that a driver has nothing for it, or that a library is missing.
      throw SquallException.unsupported(
          "TornadoVM finds no device of this driver: " + OneLine.rootOf(e));
    }
  }

  private static DeviceFacts facts(int index, TornadoDevice device) {
    return new DeviceFacts(
        index,
        device.getPlatformName(),
        device.getPhysicalDevice().getDeviceName(),
        type(device.getDeviceType()),
        device.getDescription(),
        "TornadoVM " + device.getTornadoVMBackend(),
        device.getMaxGlobalMemory(),
        device.getMaxAllocMemory(),
        device.getPhysicalDevice().getDeviceMaxComputeUnits(),
        (int) Math.min(Integer.MAX_VALUE, WorkGroups.most(device.getPhysicalDevice())),
        device.getDeviceLocalMemorySize(),
        false,
        device.getDeviceContext().isFP64Supported(),
        device.getDeviceType() == TornadoDeviceType.CPU,
        List.of(),
        "");
  }

  private static String type(TornadoDeviceType type) {
    return switch (type) {
      case CPU, GPU -> type.name().toLowerCase(Locale.ROOT);
      default -> "accelerator";
    };
  }
}
