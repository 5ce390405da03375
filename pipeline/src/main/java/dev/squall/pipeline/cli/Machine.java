package dev.squall.pipeline.cli;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.profiles.Calibration;
import dev.squall.profiles.CalibrationStore;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * This machine: its engines with their devices, and the memory a run may use.
 *
 * @param engines those that found the devices
 * @param calibrated whether the host's profile holds measured figures
 */
record Machine(Devices devices, List<Engine> engines, long memoryBytes, boolean calibrated) {

  /**
   * @param memoryLimit bytes that the user allows; else what is free
   */
  static Machine look(OptionalLong memoryLimit) {
    return look(memoryLimit, false);
  }

  /** Asks every driver again, whatever is remembered of it. */
  static Machine lookAgain() {
    return look(OptionalLong.empty(), true);
  }

  private static Machine look(OptionalLong memoryLimit, boolean askAgain) {
    long memory = memoryLimit.orElseGet(HostProcessor.ofThisMachine()::availableMemoryBytes);
    Optional<Calibration> calibration = new CalibrationStore(UserFiles.cache()).read();
    DeviceProfile host = host(calibration);
    List<Engine> engines = LocalEngines.all(host, memory, UserFiles.cache(), askAgain);
    return new Machine(
        new Devices(engines, LocalEngines.absent(UserFiles.cache())),
        engines,
        memory,
        calibration.isPresent());
  }

  /** The host alone; no driver is asked. */
  static Machine hostAlone(OptionalLong memoryLimit) {
    long memory = memoryLimit.orElseGet(HostProcessor.ofThisMachine()::availableMemoryBytes);
    Optional<Calibration> calibration = new CalibrationStore(UserFiles.cache()).read();
    DeviceProfile host = host(calibration);
    List<Engine> engines = List.of(new JvmEngine(host, memory, HostThreads.all()));
    return new Machine(new Devices(engines), engines, memory, calibration.isPresent());
  }

  private static DeviceProfile host(Optional<Calibration> calibration) {
    DeviceProfile assumed = DeviceProfiles.shipped().byId("host-cpu").orElseThrow();
    return calibration.map(assumed::withCalibration).orElse(assumed);
  }
}
