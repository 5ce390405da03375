package dev.squall.pipeline.engine.prebuilt;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.machine.UserFiles;
import java.util.Comparator;
import java.util.List;

/**
 * The device that runs prebuilt kernels.
 *
 * @param memory where arrays go on their way to it
 */
record PrebuiltDevice(DeviceSession session, TensorMemory memory) {
  /** Names the device, as {@code ./squall devices} does; else the one that looks fastest. */
  static final String VARIABLE = "SQUALL_PREBUILT_DEVICE";

  /** The same as a property, which comes first. */
  static final String PROPERTY = "squall.prebuilt.device";

  /**
   * Opens it.
   *
   * @throws SquallException UNSUPPORTED naming what brings a device, where there is none
   */
  static PrebuiltDevice open(CodeFormat format) {
    Engine engine = LocalEngines.bundles(format.engine(), UserFiles.cache());
    DeviceSession session =
        engine.open(choose(engine, System.getProperty(PROPERTY, System.getenv(VARIABLE))));
    Runtime.getRuntime().addShutdownHook(new Thread(session::close));
    return new PrebuiltDevice(session, engine.memory());
  }

  private static Device choose(Engine engine, String wanted) {
    Engine.Enumeration found = engine.enumerate();
    boolean any = wanted == null || wanted.isBlank();
    List<Device> able =
        found.devices().stream()
            .filter(device -> any ? computes(device) : device.answersTo(wanted))
            .sorted(Comparator.comparing(PrebuiltDevice::rank))
            .toList();
    if (able.isEmpty()) {
      throw SquallException.unsupported(
          "no device of the %s engine %s; ./squall devices lists what is there and what brings more"
              .formatted(
                  engine.name(),
                  any ? "computes" : "is named %s (%s)".formatted(wanted, VARIABLE)));
    }
    return able.getFirst();
  }

  private static boolean computes(Device device) {
    return switch (device.profile().kind()) {
      case CPU, GPU, IGPU, FPGA, EMULATOR -> true;
      case CAPTURE -> false;
    };
  }

  private static int rank(Device device) {
    return switch (device.profile().kind()) {
      case GPU -> 0;
      case IGPU -> 1;
      case CPU -> 2;
      case FPGA -> 3;
      case EMULATOR, CAPTURE -> 4;
    };
  }
}
