package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.DeviceBackend;
import dev.squall.pipeline.engine.remote.DeviceFacts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The OpenCL drivers that this process sees. */
final class OpenClBackend implements DeviceBackend {
  private final boolean spirv;
  private final Path cache;

  /**
   * @param spirv whether to run SPIR-V bundles instead of OpenCL C
   * @param cache the user's cache folder, for built programs
   */
  OpenClBackend(boolean spirv, Path cache) {
    this.spirv = spirv;
    this.cache = cache;
  }

  @Override
  public List<DeviceFacts> enumerate() {
    List<DeviceFacts> facts = new ArrayList<>();
    List<OpenClInfo.Handles> handles = handles();
    for (int i = 0; i < handles.size(); i++) {
      DeviceFacts device = OpenClInfo.facts(i, handles.get(i));
      if (!spirv || loadsSpirv(device)) {
        facts.add(device);
      }
    }
    if (facts.isEmpty() && !handles.isEmpty()) {
      throw SquallException.unsupported("its driver loads no SPIR-V");
    }
    return facts;
  }

  /** The FPGA emulator lists a SPIR-V version and refuses every module. */
  private static boolean loadsSpirv(DeviceFacts device) {
    return !device.spirv().isEmpty()
        && OpenClEngines.target(device.platform(), device.type()) != BundleTarget.OPENCL_FPGA;
  }

  @Override
  public DeviceSession open(int index, long memoryBytes) {
    List<OpenClInfo.Handles> handles = handles();
    if (index >= handles.size()) {
      throw new SquallException(
          ErrorClass.DEVICE_LOST, "the driver shows %d devices now".formatted(handles.size()));
    }
    DeviceFacts facts = OpenClInfo.facts(index, handles.get(index));
    return new OpenClSession(
        OpenClContext.open(handles.get(index), facts), BundleStore.load(target(facts)), cache);
  }

  private BundleTarget target(DeviceFacts facts) {
    return spirv ? BundleTarget.SPIRV : OpenClEngines.target(facts.platform(), facts.type());
  }

  private static List<OpenClInfo.Handles> handles() {
    try {
      return OpenClInfo.devices();
    } catch (LinkageError e) {
      throw SquallException.unsupported(
          "no OpenCL loader (libOpenCL.so.1): "
              + String.valueOf(e.getMessage())
                  .lines()
                  .findFirst()
                  .orElse("")
                  .toLowerCase(Locale.ROOT));
    }
  }
}
