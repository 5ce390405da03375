package uk.ac.manchester.tornado.api;

import com.sun.management.OperatingSystemMXBean;
import dev.squall.tornado.embedded.workgroup.NdRange;
import java.lang.management.ManagementFactory;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;

/** The running JVM as a device: arrays live in native memory, local arrays in the heap. */
final class JvmDevice implements TornadoDevice, TornadoDeviceContext, TornadoTargetDevice {

  @Override
  public String getDeviceName() {
    return "JVM";
  }

  @Override
  public String getDescription() {
    return System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version");
  }

  @Override
  public String getPlatformName() {
    return System.getProperty("java.vm.name");
  }

  @Override
  public TornadoDeviceContext getDeviceContext() {
    return this;
  }

  @Override
  public boolean isPlatformFPGA() {
    return false;
  }

  @Override
  public boolean isFP64Supported() {
    return true;
  }

  @Override
  public TornadoTargetDevice getPhysicalDevice() {
    return this;
  }

  @Override
  public TornadoDeviceType getDeviceType() {
    return TornadoDeviceType.CPU;
  }

  @Override
  public int getBackendIndex() {
    return 0;
  }

  @Override
  public TornadoVMBackendType getTornadoVMBackend() {
    return TornadoVMBackendType.JAVA;
  }

  @Override
  public int getDeviceMaxComputeUnits() {
    return Runtime.getRuntime().availableProcessors();
  }

  @Override
  public long getDeviceGlobalMemorySize() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  @Override
  public long getMaxGlobalMemory() {
    return getDeviceGlobalMemorySize();
  }

  @Override
  public long getDeviceMaxAllocationSize() {
    return getDeviceGlobalMemorySize();
  }

  @Override
  public long getMaxAllocMemory() {
    return getDeviceGlobalMemorySize();
  }

  @Override
  public long getDeviceLocalMemorySize() {
    return Runtime.getRuntime().maxMemory();
  }

  @Override
  public long[] getDeviceMaxWorkItemSizes() {
    return new long[] {NdRange.LARGEST_GROUP, NdRange.LARGEST_GROUP, NdRange.LARGEST_GROUP};
  }

  @Override
  public long[] getDeviceMaxWorkGroupSize() {
    return new long[] {NdRange.LARGEST_GROUP};
  }

  @Override
  public long[] getDeviceMaxWorkgroupDimensions() {
    return getDeviceMaxWorkItemSizes();
  }
}
