package dev.squall.pipeline.cli;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.measure.HostProcessor;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.profiles.CalibrationStore;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
    return look(memoryLimit, EnumerationCache.read(UserFiles.devices()));
  }

  /** Asks every driver again, whatever is remembered of it. */
  static Machine lookAgain() {
    return look(OptionalLong.empty(), EnumerationCache.askAgain(UserFiles.devices()));
  }

  private static Machine look(OptionalLong memoryLimit, EnumerationCache enumerations) {
    long memory = memoryLimit.orElseGet(HostProcessor.ofThisMachine()::availableMemoryBytes);
    DeviceProfiles profiles = DeviceProfiles.shipped();
    DeviceProfile host = profiles.byId("host-cpu").orElseThrow();
    var calibration = new CalibrationStore(UserFiles.cache()).read();
    if (calibration.isPresent()) {
      host = host.withCalibration(calibration.get());
    }
    Path cache = UserFiles.cache();
    TimeLimits limits = TimeLimits.ofEnvironment();
    List<DriverStack> stacks = DriverStacks.find(cache).found();
    List<Engine> engines = new ArrayList<>();
    engines.add(new JvmEngine(host, memory, HostThreads.all()));
    engines.add(OpenClEngines.openCl(stacks, profiles, enumerations, limits, cache));
    engines.add(OpenClEngines.spirv(stacks, profiles, enumerations, limits, cache));
    engines.addAll(
        TornadoEngines.all(
            TornadoSdk.find(System.getenv()), stacks, profiles, enumerations, limits, cache));
    return new Machine(new Devices(engines), memory, calibration.isPresent());
  }
}
