package dev.squall.pipeline.machine;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.MissingDevice;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.engine.levelzero.LevelZeroEngines;
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.MissingStack;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** All engines that can run on this machine. */
public final class LocalEngines {
  /** Names the engines to look at, separated by commas; all if it is not set. */
  public static final String VARIABLE = "SQUALL_ENGINES";

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
    List<Engine> engines = new ArrayList<>();
    engines.add(new JvmEngine(host, memoryBytes, HostThreads.all()));
    Predicate<String> wanted = wanted(System.getenv(VARIABLE));
    Path answers = cache.resolve(ANSWERS);
    EnumerationCache enumerations =
        askAgain ? EnumerationCache.askAgain(answers) : EnumerationCache.read(answers);
    DeviceProfiles profiles = DeviceProfiles.shipped();
    TimeLimits limits = TimeLimits.ofEnvironment();
    List<DriverStack> stacks = DriverStacks.find(cache).found();
    if (wanted.test(OpenClEngines.NAME)) {
      engines.add(OpenClEngines.openCl(stacks, profiles, enumerations, limits, cache));
    }
    if (wanted.test(OpenClEngines.SPIRV_NAME)) {
      engines.add(OpenClEngines.spirv(stacks, profiles, enumerations, limits, cache));
    }
    if (wanted.test(LevelZeroEngines.NAME)) {
      engines.add(LevelZeroEngines.levelZero(stacks, profiles, enumerations, limits, cache));
    }
    engines.addAll(
        TornadoEngines.all(
            wanted,
            TornadoSdk.find(System.getenv()),
            stacks,
            profiles,
            enumerations,
            limits,
            cache));
    return engines;
  }

  /**
   * One of the engines that run device code without TornadoVM: {@code opencl} or {@code
   * opencl-spirv}.
   *
   * @param cache the user's cache folder
   */
  public static Engine bundles(String name, Path cache) {
    EnumerationCache enumerations = EnumerationCache.read(cache.resolve(ANSWERS));
    List<DriverStack> stacks = DriverStacks.find(cache).found();
    DeviceProfiles profiles = DeviceProfiles.shipped();
    TimeLimits limits = TimeLimits.ofEnvironment();
    return name.equals(OpenClEngines.SPIRV_NAME)
        ? OpenClEngines.spirv(stacks, profiles, enumerations, limits, cache)
        : OpenClEngines.openCl(stacks, profiles, enumerations, limits, cache);
  }

  /**
   * Devices whose driver stack or SDK is not here, with what brings it.
   *
   * @param cache the user's cache folder
   */
  public static List<MissingDevice> absent(Path cache) {
    List<MissingDevice> absent = new ArrayList<>();
    for (MissingStack stack : DriverStacks.find(cache).missing()) {
      absent.add(
          new MissingDevice(stack.name(), OpenClEngines.NAME, stack.reason(), stack.remedy()));
    }
    if (TornadoSdk.find(System.getenv()).isEmpty()) {
      absent.add(
          new MissingDevice(
              "live TornadoVM",
              "tornado",
              "no SDK found",
              "set %s to one or more SDK folders of TornadoVM 5.2.0-jdk25"
                  .formatted(TornadoSdk.VARIABLE)));
    }
    return absent;
  }

  /**
   * @throws SquallException INVALID_INPUT for a name that no engine has
   */
  private static Predicate<String> wanted(String names) {
    if (names == null || names.isBlank()) {
      return name -> true;
    }
    Set<String> asked = Set.of(names.strip().split("\\s*,\\s*"));
    List<String> known = new ArrayList<>(List.of(JvmEngine.NAME, OpenClEngines.NAME));
    known.add(OpenClEngines.SPIRV_NAME);
    known.add(LevelZeroEngines.NAME);
    known.addAll(TornadoEngines.names());
    for (String name : asked) {
      if (!known.contains(name)) {
        throw SquallException.invalidInput(
            "%s = %s: no engine named %s; there are: %s"
                .formatted(VARIABLE, names, name, String.join(", ", known)));
      }
    }
    return asked::contains;
  }
}
