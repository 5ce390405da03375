package dev.squall.pipeline.machine;

import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All engines that can run on this machine. */
public final class LocalEngines {
  private static final String ANSWERS = "devices.json";

  private LocalEngines() {}

  /**
   * The JVM first, then those that live TornadoVM, kernel bundles and drivers here allow.
   *
   * @param host profile of this machine's processor
   * @param memoryBytes that a run may use
   * @param cache the user's cache folder
   * @param askAgain whether to ask every driver for its devices, whatever is remembered
   */
  public static List<Engine> all(
      DeviceProfile host, long memoryBytes, Path cache, boolean askAgain) {
    Path answers = cache.resolve(ANSWERS);
    EnumerationCache enumerations =
        askAgain ? EnumerationCache.askAgain(answers) : EnumerationCache.read(answers);
    DeviceProfiles profiles = DeviceProfiles.shipped();
    TimeLimits limits = TimeLimits.ofEnvironment();
    List<DriverStack> stacks = DriverStacks.find(cache).found();
    List<Engine> engines = new ArrayList<>();
    engines.add(new JvmEngine(host, memoryBytes, HostThreads.all()));
    engines.add(OpenClEngines.openCl(stacks, profiles, enumerations, limits, cache));
    engines.add(OpenClEngines.spirv(stacks, profiles, enumerations, limits, cache));
    engines.addAll(
        TornadoEngines.all(
            TornadoSdk.find(System.getenv()), stacks, profiles, enumerations, limits, cache));
    return engines;
  }
}
