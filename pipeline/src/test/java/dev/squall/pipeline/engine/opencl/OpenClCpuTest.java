package dev.squall.pipeline.engine.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Kernel bundles on the OpenCL drivers for processors that this machine has, set up in {@code
 * SQUALL_CACHE} or installed.
 */
@Timeout(300)
class OpenClCpuTest {
  private static final String POCL = "libpocl.so";
  private static final String INTEL = "libintelocl.so";

  @TempDir private Path cache;

  private Engine engine(String library) {
    Path setUp = Optional.ofNullable(System.getenv("SQUALL_CACHE")).map(Path::of).orElse(cache);
    Optional<DriverStack> stack =
        DriverStacks.find(setUp).found().stream()
            .filter(each -> each.library().getFileName().toString().startsWith(library))
            .findFirst();
    assumeTrue(
        stack.isPresent(),
        "no driver %s; ./squall setup opencl-cpu or intel-cpu".formatted(library));
    Duration patient = Duration.ofSeconds(120);
    return OpenClEngines.openCl(
        List.of(stack.get()),
        DeviceProfiles.shipped(),
        EnumerationCache.read(cache.resolve("devices.json")),
        new TimeLimits(patient, patient, patient, patient),
        cache);
  }

  private static Device device(Engine engine) {
    Engine.Enumeration found = engine.enumerate();
    assertThat(found.missing()).isEmpty();
    assertThat(found.devices()).hasSize(1);
    return found.devices().getFirst();
  }

  private static Call call(Kernel kernel, TensorMemory memory, Map<String, Long> extents) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    RandomInputs.ofSeed(5)
        .generate(kernel.signature(), extents, Map.of())
        .forEach(
            (port, tensor) -> {
              Tensor shared = Tensor.allocate(memory, TensorType.of(tensor));
              shared.data().copyFrom(tensor.data());
              inputs.put(port, shared);
            });
    Call bound = Call.of(kernel, inputs, Map.of());
    return new Call(
        bound.sizes(), inputs, kernel.signature().allocateOutputs(bound.sizes(), memory));
  }

  private static void assertRight(Kernel kernel, Call call, Device device) {
    Comparison comparison = Verifier.exhaustive().verify(kernel, call, device.engine());
    assertThat(comparison.verdict()).as(comparison.detail()).isEqualTo(Verdict.PASSED);
    assertThat(comparison.unitsCompared()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {POCL, INTEL})
  void loopsAndTilesComputeAndStayReady(String library) {
    Engine engine = engine(library);
    Device device = device(engine);
    // A small one: PoCL takes a minute to build the larger kernels with work-groups.
    Kernel masses = KernelCatalog.load().kernel("xattention.block_mass");
    Kernel convolution = KernelCatalog.load().kernel("mamba.conv1d");
    try (DeviceSession session = engine.open(device)) {
      Map<String, Call> calls =
          Map.of(
              "tiles", call(masses, engine.memory(), Map.of("H", 3L, "L", 700L)),
              "loops", call(convolution, engine.memory(), Map.of("C", 5L, "L", 37L, "W", 4L)));
      calls.forEach(
          (variant, call) -> {
            Kernel kernel = variant.equals("tiles") ? masses : convolution;
            DeviceSession.Times first = session.run(kernel, kernel.variant(variant), call);
            assertRight(kernel, call, device);
            assertThat(first.compile()).isPositive();

            call.outputs().values().forEach(Tensor::poison);
            DeviceSession.Times second = session.run(kernel, kernel.variant(variant), call);
            assertRight(kernel, call, device);
            assertThat(second.compile()).as("a program stays built").isZero();
            assertThat(second.copyIn()).as("tensors stay where they are").isZero();
            assertThat(second.copyOut()).isZero();
            assertThat(second.compute()).isPositive();
            assertThat(call.outputs().values()).allMatch(Tensor::guardsIntact);
          });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {POCL, INTEL})
  void aKilledProcessIsALostDeviceAndTheNextOneWorks(String library) {
    Engine engine = engine(library);
    Device device = device(engine);
    Kernel kernel = KernelCatalog.load().kernel("xattention.scores");
    Call call = call(kernel, engine.memory(), Map.of("H", 3L, "Hk", 1L, "L", 200L, "D", 13L));
    try (DeviceSession session = engine.open(device);
        ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor()) {
      session.run(kernel, kernel.variant("loops"), call);
      killer.schedule(OpenClCpuTest::killTheProcess, 200, TimeUnit.MILLISECONDS);
      SquallException failure =
          catchThrowableOfType(
              SquallException.class,
              () -> {
                while (true) {
                  session.run(kernel, kernel.variant("loops"), call);
                }
              });
      assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
      assertThat(failure)
          .hasMessageStartingWith("the process of opencl on ")
          .hasMessageContaining("was ended by signal 9 while running xattention.scores (loops)");
    }
    assertThat(processes()).isEmpty();

    call.outputs().values().forEach(Tensor::poison);
    try (DeviceSession session = engine.open(device)) {
      session.run(kernel, kernel.variant("loops"), call);
    }
    assertRight(kernel, call, device);
  }

  private static void killTheProcess() {
    processes().forEach(ProcessHandle::destroyForcibly);
  }

  private static List<ProcessHandle> processes() {
    return ProcessHandle.current()
        .children()
        .filter(child -> child.info().command().filter(path -> path.endsWith("/java")).isPresent())
        .toList();
  }
}
