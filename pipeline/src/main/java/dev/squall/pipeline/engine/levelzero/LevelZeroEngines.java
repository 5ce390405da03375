package dev.squall.pipeline.engine.levelzero;

import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.ProcessLaunch;
import dev.squall.pipeline.engine.remote.RemoteEngine;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.Remedies;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The engine that runs SPIR-V kernel bundles through Level Zero, without TornadoVM. */
public final class LevelZeroEngines {
  public static final String NAME = "levelzero";

  private static final List<String> JAVA_OPTIONS =
      List.of(
          "-Xmx1g",
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "--add-modules=jdk.incubator.vector");

  /** The loader then checks every call; a recording, which times nothing, can afford it. */
  private static final Map<String, String> VALIDATION =
      Map.of("ZE_ENABLE_VALIDATION_LAYER", "1", "ZE_ENABLE_PARAMETER_VALIDATION", "1");

  private LevelZeroEngines() {}

  /**
   * @param stacks of which those count whose driver answers to Level Zero
   * @param cacheFolder of the user, for built programs
   */
  public static Engine levelZero(
      List<DriverStack> stacks,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      Path cacheFolder) {
    BundleStore store = BundleStore.load(BundleTarget.SPIRV);
    return new RemoteEngine(
        NAME,
        stacks.stream().flatMap(stack -> site(stack, cacheFolder)).toList(),
        profiles,
        cache,
        limits,
        (device, program) -> store.supports(program.variant().program().apply(program.sizes())));
  }

  private static Stream<RemoteEngine.Site> site(DriverStack stack, Path cacheFolder) {
    return stack.levelZeroLoader().stream()
        .map(
            loader ->
                new RemoteEngine.Site(
                    stack.name(),
                    new ProcessLaunch(
                        NAME + " on " + stack.name(),
                        JAVA_OPTIONS,
                        LevelZeroProcess.class.getName(),
                        List.of(loader.toString(), cacheFolder.resolve("programs").toString()),
                        Optional.of(stack),
                        stack.capture() ? VALIDATION : Map.of(),
                        List.of()),
                    stack.fingerprint(),
                    Remedies.noDevice(stack)));
  }
}
