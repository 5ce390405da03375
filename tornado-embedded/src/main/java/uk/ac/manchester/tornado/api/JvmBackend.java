package uk.ac.manchester.tornado.api;

import java.util.List;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoDeviceNotFound;

/** The back end of this module: the running JVM as its only device. */
final class JvmBackend implements TornadoBackend {
  private static final TornadoDevice JVM = new JvmDevice();

  @Override
  public TornadoDevice getDefaultDevice() {
    return JVM;
  }

  @Override
  public int getNumDevices() {
    return 1;
  }

  @Override
  public TornadoDevice getDevice(int index) {
    if (index != 0) {
      throw new TornadoDeviceNotFound(
          "no device " + index + ": without a TornadoVM SDK the JVM, device 0, is the only one");
    }
    return JVM;
  }

  @Override
  public List<TornadoDevice> getAllDevices() {
    return List.of(JVM);
  }

  @Override
  public String getName() {
    return "JVM";
  }

  @Override
  public TornadoVMBackendType getBackendType() {
    return TornadoVMBackendType.JAVA;
  }
}
