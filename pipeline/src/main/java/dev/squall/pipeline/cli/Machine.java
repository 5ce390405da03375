package dev.squall.pipeline.cli;

import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.machine.LocalEngines;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.profiles.CalibrationStore;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.util.OptionalLong;

/**
 * This machine: its engines with their devices, and the memory a run may use.
 *
 * @param calibrated whether the host's profile holds measured figures
 */
record Machine(Devices devices, long memoryBytes, boolean calibrated) {

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
    DeviceProfile host = DeviceProfiles.shipped().byId("host-cpu").orElseThrow();
    var calibration = new CalibrationStore(UserFiles.cache()).read();
    if (calibration.isPresent()) {
      host = host.withCalibration(calibration.get());
    }
    return new Machine(
        new Devices(
            LocalEngines.all(host, memory, UserFiles.cache(), askAgain),
            LocalEngines.absent(UserFiles.cache())),
        memory,
        calibration.isPresent());
  }
}
