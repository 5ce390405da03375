package dev.squall.pipeline.engine.tornado;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Support;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.ProcessLaunch;
import dev.squall.pipeline.engine.remote.RemoteEngine;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.fpga.FpgaWorkplace;
import dev.squall.pipeline.io.AtomicFile;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.Remedies;
import dev.squall.profiles.DeviceProfiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The engines of live TornadoVM, one for each back end and the runtime it launches through. */
public final class TornadoEngines {
  /** The engine on TornadoVM's OpenCL back end. */
  public static final String OPENCL_NAME = TornadoFlavor.OPENCL.engine();

  /** The site of back ends that bring no driver stack with them. */
  private static final String NVIDIA = "nvidia";

  private static final String NVIDIA_REMEDY =
      "it needs an NVIDIA GPU and its driver (Debian: nvidia-driver, libcuda1); else take the SDK out of "
          + TornadoSdk.VARIABLE;

  private static final String MOST_DEVICE_MEMORY = "256GB";

  private static final long DEFAULT_MEMORY_BYTES = 4L << 30;

  private TornadoEngines() {}

  /** Names of all engines, whether there is an SDK for them or not. */
  public static List<String> names() {
    return Arrays.stream(TornadoFlavor.values()).map(TornadoFlavor::engine).toList();
  }

  /**
   * The engines that the SDKs here can serve.
   *
   * @param wanted names of engines to make
   * @param cacheFolder of the user
   */
  public static List<Engine> all(
      Predicate<String> wanted,
      List<TornadoSdk> sdks,
      List<DriverStack> stacks,
      DeviceProfiles profiles,
      EnumerationCache cache,
      TimeLimits limits,
      Path cacheFolder) {
    List<Engine> engines = new ArrayList<>();
    for (TornadoFlavor flavor : TornadoFlavor.values()) {
      List<RemoteEngine.Site> sites = new ArrayList<>();
      for (TornadoSdk sdk : sdks) {
        if (wanted.test(flavor.engine()) && sdk.backends().contains(flavor.backend())) {
          sites.addAll(sites(flavor, sdk, stacks, cacheFolder));
        }
      }
      if (!sites.isEmpty()) {
        engines.add(
            new RemoteEngine(
                flavor.engine(),
                sites,
                profiles,
                cache,
                limits,
                flavor == TornadoFlavor.CUDA,
                (device, program) -> Support.yes()));
      }
    }
    return engines;
  }

  private static List<RemoteEngine.Site> sites(
      TornadoFlavor flavor, TornadoSdk sdk, List<DriverStack> stacks, Path cacheFolder) {
    if (!flavor.stacks()) {
      return List.of(site(flavor, sdk, Optional.empty(), cacheFolder));
    }
    return stacks.stream()
        .filter(stack -> flavor != TornadoFlavor.LEVEL_ZERO || stack.offersLevelZero())
        .map(stack -> site(flavor, sdk, Optional.of(stack), cacheFolder))
        .toList();
  }

  /**
   * Opens the first device of a stack, for a use of its own.
   *
   * @param engine name of one of the engines
   * @param options of the process's JVM beyond the usual
   * @throws SquallException with the class of what went wrong
   */
  public static DeviceSession openFirst(
      String engine, TornadoSdk sdk, DriverStack stack, Path cacheFolder, List<String> options) {
    TornadoFlavor flavor = TornadoFlavor.ofEngine(engine).orElseThrow();
    ProcessLaunch launch = launch(flavor, sdk, Optional.of(stack), cacheFolder, options);
    return RemoteEngine.open(launch, 0, DEFAULT_MEMORY_BYTES, TimeLimits.ofEnvironment());
  }

  private static ProcessLaunch launch(
      TornadoFlavor flavor,
      TornadoSdk sdk,
      Optional<DriverStack> stack,
      Path cacheFolder,
      List<String> more) {
    List<String> options = javaOptions(flavor, sdk, cacheFolder);
    options.addAll(more);
    return new ProcessLaunch(
        "%s on %s".formatted(flavor.engine(), stack.map(DriverStack::name).orElse(NVIDIA)),
        options,
        TornadoProcess.class.getName(),
        fpga(stack) ? List.of(cacheFolder.toString()) : List.of(),
        stack,
        environment(sdk, stack),
        PrintedFailures.ALL,
        PrintedFailures.FATAL);
  }

  private static Map<String, String> environment(TornadoSdk sdk, Optional<DriverStack> stack) {
    Map<String, String> environment = new HashMap<>();
    environment.put(TornadoSdk.VARIABLE, sdk.home().toString());
    if (fpga(stack)) {
      environment.put(FpgaWorkplace.ONEAPI, sdk.home().toString());
    }
    return environment;
  }

  private static boolean fpga(Optional<DriverStack> stack) {
    return stack.filter(DriverStack::fpgaEmulator).isPresent();
  }

  private static RemoteEngine.Site site(
      TornadoFlavor flavor, TornadoSdk sdk, Optional<DriverStack> stack, Path cacheFolder) {
    return new RemoteEngine.Site(
        stack.map(DriverStack::name).orElse(NVIDIA),
        launch(flavor, sdk, stack, cacheFolder, List.of()),
        "%s %s %s"
            .formatted(
                sdk.home(), sdk.version(), stack.map(DriverStack::fingerprint).orElse(NVIDIA)),
        stack.map(Remedies::noLiveDevice).orElse(NVIDIA_REMEDY));
  }

  private static List<String> javaOptions(TornadoFlavor flavor, TornadoSdk sdk, Path cacheFolder) {
    List<String> options = new ArrayList<>();
    options.add("@" + argumentFile(sdk, cacheFolder));
    options.add("--enable-native-access=ALL-UNNAMED");
    options.add("-Xmx2g");
    options.add("-Duser.language=en");
    // A kernel that does not compile must not run as Java in silence.
    options.add("-Dtornado.recover.bailout=False");
    options.addAll(flavor.options());
    // TornadoVM's own limit is 4 GB, whatever the device has; the driver knows better.
    options.add("-Dtornado.device.memory=" + MOST_DEVICE_MEMORY);
    // Each execution clears that many places for each step that others wait for, though in-order
    // queues fill none: 32768 of them, the default, take longer than a small kernel.
    options.add("-Dtornado.max.events=256");
    return options;
  }

  /** The SDK's own file; one of ours where the SDK was moved since that was written. */
  private static Path argumentFile(TornadoSdk sdk, Path cacheFolder) {
    Path own = TornadoSdk.argumentFile(sdk.home());
    Path moved =
        cacheFolder
            .resolve("tornado")
            .resolve(Integer.toHexString(sdk.home().toString().hashCode()) + ".args");
    try {
      List<String> arguments = sdk.arguments();
      for (Path file : List.of(own, moved)) {
        if (Files.exists(file) && Files.readAllLines(file).equals(arguments)) {
          return file;
        }
      }
      Files.createDirectories(moved.getParent());
      AtomicFile.write(moved, String.join("\n", arguments).getBytes(StandardCharsets.UTF_8));
      return moved;
    } catch (IOException e) {
      throw SquallException.invalidInput(
          "TornadoVM in %s: its arguments cannot be read: %s"
              .formatted(sdk.home(), e.getMessage()));
    }
  }
}
