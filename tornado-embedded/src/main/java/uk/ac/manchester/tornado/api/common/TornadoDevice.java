package uk.ac.manchester.tornado.api.common;

import uk.ac.manchester.tornado.api.TornadoDeviceContext;
import uk.ac.manchester.tornado.api.TornadoTargetDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** A device as an execution plan sees it. Sizes in bytes. */
public interface TornadoDevice {
  String getDeviceName();

  String getDescription();

  String getPlatformName();

  TornadoDeviceContext getDeviceContext();

  TornadoTargetDevice getPhysicalDevice();

  TornadoDeviceType getDeviceType();

  long getMaxAllocMemory();

  long getMaxGlobalMemory();

  long getDeviceLocalMemorySize();

  /** Returns the greatest work-group sizes of x, y, z. */
  long[] getDeviceMaxWorkgroupDimensions();

  /** Returns the position of the device's back end. */
  int getBackendIndex();

  TornadoVMBackendType getTornadoVMBackend();
}
