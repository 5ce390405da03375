package dev.squall.pipeline.engine.levelzero;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.engine.Chain;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.profiles.DeviceKind;
import dev.squall.profiles.DeviceProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Intel's Level Zero driver in capture mode, with the loader's validation layer on: it builds our
 * modules, takes every launch and copy, and computes nothing.
 */
class LevelZeroCaptureTest {
  private static final TimeLimits LIMITS =
      new TimeLimits(
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(120),
          Duration.ofSeconds(60));

  /** An integrated GPU instead of the Arc: 1 slice of 6 × 16 execution units, Tiger Lake's. */
  private static final Map<String, String> TIGER_LAKE =
      Map.of(
          "ProductFamilyOverride", "tgllp",
          "HardwareInfoOverride", "1x6x16",
          "ForceDeviceId", "0x9a49");

  private final Kernel kernel = KernelCatalog.load().kernel("xattention.scores");

  @TempDir private Path cache;
  private DriverStack stack;

  @BeforeEach
  void findTheStack() throws IOException {
    var found = CaptureStack.find(cache);
    Assumptions.assumeTrue(
        found.isPresent(), "arc-capture: not on this machine; ./squall setup arc-capture");
    Assumptions.assumeFalse(
        BundleStore.load(BundleTarget.SPIRV).all().isEmpty(),
        "no SPIR-V bundles; ./squall bundle build");
    stack = found.orElseThrow();
  }

  private Engine engine(DriverStack on) {
    return LevelZeroEngines.levelZero(
        List.of(on),
        DeviceProfiles.shipped(),
        EnumerationCache.read(cache.resolve("devices.json")),
        LIMITS,
        cache);
  }

  private static Device only(Engine engine) {
    Engine.Enumeration enumeration = engine.enumerate();
    assertThat(enumeration.missing()).isEmpty();
    assertThat(enumeration.devices()).hasSize(1);
    return enumeration.devices().getFirst();
  }

  private Call call() {
    return Call.of(
        kernel,
        RandomInputs.ofSeed(7)
            .generate(kernel.signature(), Map.of("L", 72L, "H", 2L, "Hk", 1L), Map.of()),
        Map.of());
  }

  @Test
  void theDeviceIsDescribedAsTheArcItStandsFor() {
    Device device = only(engine(stack));
    assertThat(device.id()).isEqualTo("arc-capture");
    assertThat(device.engine()).isEqualTo("levelzero");
    assertThat(device.profile().kind()).isEqualTo(DeviceKind.CAPTURE);
    assertThat(device.driver()).matches("Level Zero \\d+\\.\\d+\\.\\d+");
    assertThat(device.traits().maxWorkGroup()).isEqualTo(512);
    assertThat(device.traits().localMemoryBytes()).isEqualTo(65536);
    assertThat(device.traits().fp16()).isTrue();
    assertThat(device.traits().fp64()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiles", "loops"})
  void launchesAreAcceptedAndOutputsStayUnwritten(String name) throws IOException {
    Engine engine = engine(stack);
    Variant variant = kernel.variant(name);
    Call call = call();
    try (DeviceSession session = engine.open(only(engine))) {
      DeviceSession.Times first = session.run(kernel, variant, call);
      assertThat(first.compile()).isPositive();
      DeviceSession.Times second = session.run(kernel, variant, call);
      assertThat(second.compile()).isZero();
      assertThat(librariesOfChildren()).anyMatch(line -> line.contains("libze_validation_layer"));
      assertThat(nothingComputed(call)).isTrue();
      session.forget(call);
      assertThat(session.run(kernel, variant, call).compile()).isPositive();
    }
    assertThat(binaries()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aChainCopiesItsInputsOnceAndItsEndEachTime(boolean integrated) {
    Kernel mass = KernelCatalog.load().kernel("xattention.block_mass");
    Call first = call();
    first.out("scores").data().fill((byte) 0);
    Call second = Call.of(mass, Map.of("scores", first.out("scores")), Map.of());
    Chain chain =
        Chain.of(
            List.of(
                new Chain.Step(kernel, kernel.variant("loops"), first),
                new Chain.Step(mass, mass.variant("loops"), second)));
    Copies home = new Copies(0, 0, 1, second.out("mass").bytes());
    Engine engine = engine(integrated ? tigerLake() : stack);
    try (DeviceSession session = engine.open(only(engine))) {
      assertThat(session.keepsResults()).isTrue();
      Copies cold = session.run(chain).copies();
      assertThat(cold.in()).as("q, k, and two arrays a stage").isEqualTo(6);
      assertThat(session.run(chain).copies()).isEqualTo(home);
      assertThat(session.run(chain).copies()).isEqualTo(home);
      assertThat(session.fetch(chain)).isEqualTo(new Copies(0, 0, 1, first.out("scores").bytes()));
      // Stage by stage each brings its own result home, and the scores are there already.
      assertThat(session.run(mass, mass.variant("loops"), second).copies()).isEqualTo(home);
    }
  }

  private static List<String> librariesOfChildren() throws IOException {
    List<String> lines = new ArrayList<>();
    for (ProcessHandle child : ProcessHandle.current().children().toList()) {
      lines.addAll(Files.readAllLines(Path.of("/proc", Long.toString(child.pid()), "maps")));
    }
    return lines;
  }

  /** As capture mode leaves it: what the buffer held before, or the poison. */
  private static boolean nothingComputed(Call call) {
    Tensor scores = call.out("scores");
    for (long i = 0; i < scores.elements(); i++) {
      if (scores.f32(i) != 0 && !Float.isNaN(scores.f32(i))) {
        return false;
      }
    }
    return true;
  }

  private List<Path> binaries() throws IOException {
    try (Stream<Path> files = Files.list(cache.resolve("programs"))) {
      return files.toList();
    }
  }

  @Test
  void aSecondProcessLoadsTheNativeModuleAndADamagedOneIsBuiltAnew() throws IOException {
    Engine engine = engine(stack);
    Device device = only(engine);
    Variant variant = kernel.variant("tiles");
    try (DeviceSession session = engine.open(device)) {
      session.run(kernel, variant, call());
    }
    Path binary = binaries().getFirst();
    byte[] built = Files.readAllBytes(binary);
    var written = Files.getLastModifiedTime(binary);
    try (DeviceSession session = engine.open(device)) {
      session.run(kernel, variant, call());
    }
    assertThat(Files.getLastModifiedTime(binary)).isEqualTo(written);
    Files.write(binary, new byte[] {1, 2, 3});
    try (DeviceSession session = engine.open(device)) {
      session.run(kernel, variant, call());
    }
    assertThat(Files.readAllBytes(binary)).hasSize(built.length);
  }

  private DriverStack tigerLake() {
    Map<String, String> environment = new HashMap<>(stack.environment());
    environment.putAll(TIGER_LAKE);
    return new DriverStack(
        "tiger-lake-capture",
        stack.icd(),
        stack.library(),
        stack.vendors(),
        environment,
        true,
        stack.levelZeroLoader(),
        stack.fingerprint());
  }

  @Test
  void anIntegratedGpuSharesMemoryWithTheHost() {
    Engine engine = engine(tigerLake());
    Call call = call();
    try (DeviceSession session = engine.open(only(engine))) {
      DeviceSession.Times times = session.run(kernel, kernel.variant("tiles"), call);
      assertThat(times.copyIn()).isPositive();
      assertThat(times.copyOut()).isPositive();
    }
    Tensor scores = call.out("scores");
    for (long i = 0; i < scores.elements(); i++) {
      assertThat(scores.f32(i)).as("element %d still poisoned", i).isNaN();
    }
  }

  /** The same driver without capture mode, on a machine that most likely has no such GPU. */
  @Test
  void withoutAGpuTheReasonIsSaid() {
    DriverStack real =
        DriverStacks.find(cache).found().stream()
            .filter(one -> one.offersLevelZero() && !one.capture())
            .findFirst()
            .orElseThrow();
    Engine.Enumeration enumeration = engine(real).enumerate();
    Assumptions.assumeTrue(enumeration.devices().isEmpty(), "this machine has an Intel GPU");
    assertThat(enumeration.missing())
        .singleElement()
        .satisfies(
            missing ->
                assertThat(missing.reason())
                    .contains("zeInit answered ZE_RESULT_ERROR_UNINITIALIZED (0x78000001)"));
  }

  @Test
  void hostCodeIsRefused() {
    Engine engine = engine(stack);
    Call call = call();
    Device device = only(engine);
    try (DeviceSession session = engine.open(device)) {
      Variant host = kernel.variant("reference");
      assertThatThrownBy(() -> session.run(kernel, host, call))
          .isInstanceOfSatisfying(
              SquallException.class,
              e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED))
          .hasMessageContaining("host code");
    }
  }
}
