package dev.squall.pipeline.engine.opencl;

import dev.squall.kernels.spec.Support;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.ProcessLaunch;
import dev.squall.pipeline.engine.remote.RemoteEngine;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.Remedies;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The engines that run kernel bundles through OpenCL: from OpenCL C, and from SPIR-V. */
public final class OpenClEngines {
  public static final String NAME = "opencl";
  public static final String SPIRV_NAME = "opencl-spirv";

  static final List<String> JAVA_OPTIONS =
      List.of(
          "-Xmx1g",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "--add-modules=jdk.incubator.vector");

  private OpenClEngines() {}

  /**
   * @param cacheFolder of the user, for built programs
   */
  public static Engine openCl(
      List<DriverStack> stacks,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      Path cacheFolder) {
    Map<BundleTarget, BundleStore> stores = new EnumMap<>(BundleTarget.class);
    return new RemoteEngine(
        NAME,
        sites(NAME, stacks, cacheFolder),
        profiles,
        cache,
        limits,
        (device, program) ->
            stores
                .computeIfAbsent(target(device), BundleStore::load)
                .supports(program.variant().program().apply(program.sizes())));
  }

  /** The same devices, as far as their drivers load SPIR-V. */
  public static Engine spirv(
      List<DriverStack> stacks,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      Path cacheFolder) {
    BundleStore store = BundleStore.load(BundleTarget.SPIRV);
    return new RemoteEngine(
        SPIRV_NAME,
        sites(SPIRV_NAME, stacks, cacheFolder),
        profiles,
        cache,
        limits,
        (device, program) -> support(store, program));
  }

  private static Support support(BundleStore store, RemoteEngine.ProgramOf program) {
    return store.supports(program.variant().program().apply(program.sizes()));
  }

  private static List<RemoteEngine.Site> sites(
      String engine, List<DriverStack> stacks, Path cacheFolder) {
    return stacks.stream()
        .map(
            stack ->
                new RemoteEngine.Site(
                    stack.name(),
                    new ProcessLaunch(
                        engine + " on " + stack.name(),
                        javaOptions(cacheFolder),
                        OpenClProcess.class.getName(),
                        List.of(engine, cacheFolder.toString()),
                        Optional.of(stack),
                        Map.of(),
                        List.of()),
                    stack.fingerprint(),
                    engine.equals(SPIRV_NAME) ? Remedies.noSpirv(stack) : Remedies.noDevice(stack)))
        .toList();
  }

  private static List<String> javaOptions(Path cacheFolder) {
    List<String> options = new ArrayList<>(JAVA_OPTIONS);
    // LWJGL would unpack its native library into the working directory.
    options.add("-Dorg.lwjgl.system.SharedLibraryExtractPath=" + cacheFolder.resolve("natives"));
    return options;
  }

  /** The bundles that suit a device. */
  static BundleTarget target(String platform, String type) {
    if (platform.toLowerCase(Locale.ROOT).contains("fpga")) {
      return BundleTarget.OPENCL_FPGA;
    }
    return type.equals("cpu") ? BundleTarget.OPENCL_CPU : BundleTarget.OPENCL_GPU;
  }

  private static BundleTarget target(Device device) {
    return BundleTarget.of(device.profile().kind());
  }
}
