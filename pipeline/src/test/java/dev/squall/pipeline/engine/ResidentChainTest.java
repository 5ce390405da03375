package dev.squall.pipeline.engine;

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
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.profiles.DeviceProfiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is copied when scores and block masses run on a device, stage by stage and as one. Drivers
 * for processors are copied to and from as a card is, where {@code SQUALL_COPY_TENSORS} is set.
 */
@Timeout(300)
class ResidentChainTest {
  private static final String POCL = "libpocl.so";
  private static final String INTEL = "libintelocl.so";

  private static final Duration PATIENT = Duration.ofSeconds(120);
  private static final TimeLimits LIMITS = new TimeLimits(PATIENT, PATIENT, PATIENT, PATIENT);

  private final Kernel scores = KernelCatalog.load().kernel("xattention.scores");
  private final Kernel mass = KernelCatalog.load().kernel("xattention.block_mass");

  @TempDir private Path cache;

  private DriverStack stack(String library, boolean copying) {
    Path setUp = Optional.ofNullable(System.getenv("SQUALL_CACHE")).map(Path::of).orElse(cache);
    Optional<DriverStack> found =
        DriverStacks.find(setUp).found().stream()
            .filter(each -> each.library().getFileName().toString().startsWith(library))
            .findFirst();
    assumeTrue(
        found.isPresent(),
        "no driver %s; ./squall setup opencl-cpu or intel-cpu".formatted(library));
    DriverStack stack = found.get();
    Map<String, String> environment = new HashMap<>(stack.environment());
    if (copying) {
      environment.put("SQUALL_COPY_TENSORS", "1");
    }
    return new DriverStack(
        stack.name(),
        stack.icd(),
        stack.library(),
        stack.vendors(),
        environment,
        stack.capture(),
        stack.levelZeroLoader(),
        stack.fingerprint() + copying);
  }

  private Engine openCl(String library, boolean copying) {
    return OpenClEngines.openCl(
        List.of(stack(library, copying)),
        DeviceProfiles.shipped(),
        EnumerationCache.read(cache.resolve("devices.json")),
        LIMITS,
        cache);
  }

  private Engine tornado() {
    List<TornadoSdk> sdks = TornadoSdk.find(System.getenv());
    assumeTrue(
        sdks.stream().anyMatch(sdk -> sdk.backends().contains("opencl")),
        "no TornadoVM SDK with the OpenCL back end");
    return TornadoEngines.all(
            TornadoEngines.OPENCL_NAME::equals,
            sdks,
            List.of(stack(POCL, false)),
            DeviceProfiles.shipped(),
            EnumerationCache.read(cache.resolve("devices.json")),
            LIMITS,
            cache)
        .getFirst();
  }

  private static Device device(Engine engine) {
    Engine.Enumeration found = engine.enumerate();
    assertThat(found.missing()).isEmpty();
    return found.devices().getFirst();
  }

  /** Two stages, the second of which reads what the first writes. */
  private Chain chain(TensorMemory memory) {
    return chain(memory, 300);
  }

  private Chain chain(TensorMemory memory, long tokens) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    RandomInputs.ofSeed(5)
        .generate(scores.signature(), Map.of("H", 2L, "Hk", 1L, "L", tokens, "D", 16L), Map.of())
        .forEach(
            (port, tensor) -> {
              Tensor shared = Tensor.allocate(memory, TensorType.of(tensor));
              shared.data().copyFrom(tensor.data());
              inputs.put(port, shared);
            });
    Call first = call(scores, inputs, memory);
    Call second = call(mass, Map.of("scores", first.out("scores")), memory);
    return Chain.of(
        List.of(
            new Chain.Step(scores, scores.variant("loops"), first),
            new Chain.Step(mass, mass.variant("loops"), second)));
  }

  private static Call call(Kernel kernel, Map<String, Tensor> inputs, TensorMemory memory) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach((port, tensor) -> types.put(port, TensorType.of(tensor)));
    var sizes = kernel.signature().bind(types, Map.of());
    return new Call(sizes, inputs, kernel.signature().allocateOutputs(sizes, memory));
  }

  private static DeviceSession.Times run(DeviceSession session, Chain.Step step) {
    step.call().outputs().values().forEach(Tensor::poison);
    return session.run(step.kernel(), step.variant(), step.call());
  }

  private static DeviceSession.Times run(DeviceSession session, Chain chain) {
    chain.outputs().forEach(Tensor::poison);
    return session.run(chain);
  }

  private static void assertRight(Chain.Step step, Device device) {
    Comparison comparison =
        Verifier.exhaustive().verify(step.kernel(), step.call(), device.engine());
    assertThat(comparison.verdict()).as(comparison.detail()).isEqualTo(Verdict.PASSED);
  }

  private static long bytes(Set<Tensor> tensors) {
    return tensors.stream().mapToLong(Tensor::bytes).sum();
  }

  /** Nothing but NaN: as poisoned. */
  private static void assertUntouched(Tensor tensor) {
    for (long i = 0; i < tensor.elements(); i++) {
      assertThat(tensor.f32(i)).isNaN();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {POCL, INTEL})
  void stageByStageEveryRunCopiesEveryResultOut(String library) {
    Engine engine = openCl(library, true);
    Device device = device(engine);
    Chain chain = chain(engine.memory());
    Chain.Step first = chain.steps().get(0);
    Chain.Step second = chain.steps().get(1);
    long scoresBytes = bytes(chain.staying());
    try (DeviceSession session = engine.open(device)) {
      Copies cold = run(session, first).copies();
      assertThat(cold.in()).as("q, k, dimensions, scalars").isEqualTo(4);
      assertThat(cold.bytesIn()).isGreaterThan(bytes(chain.inputs()));
      for (int i = 0; i < 3; i++) {
        assertThat(run(session, first).copies()).isEqualTo(new Copies(0, 0, 1, scoresBytes));
      }
      Copies next = run(session, second).copies();
      assertThat(next.in()).as("the scores are there; dimensions, scalars").isEqualTo(2);
      assertThat(run(session, second).copies()).isEqualTo(new Copies(0, 0, 1, bytes(chain.home())));
      assertRight(first, device);
      assertRight(second, device);
    }
  }

  @ParameterizedTest
  @CsvSource({POCL + ",true", INTEL + ",true", POCL + ",false", INTEL + ",false"})
  void asOneOnlyTheEndComesHomeAndTheRestWhenAsked(String library, boolean copying) {
    Engine engine = openCl(library, copying);
    Device device = device(engine);
    Chain chain = chain(engine.memory());
    Tensor between = chain.staying().iterator().next();
    assertThat(chain.staying()).hasSize(1);
    assertThat(chain.home()).hasSize(1);
    try (DeviceSession session = engine.open(device)) {
      assertThat(session.keepsResults()).isTrue();
      DeviceSession.Times cold = run(session, chain);
      assertThat(cold.compile()).isPositive();
      assertThat(cold.copies().in()).as("q, k, and two arrays a stage").isEqualTo(copying ? 6 : 0);
      for (int i = 0; i < 3; i++) {
        DeviceSession.Times warm = run(session, chain);
        assertThat(warm.compile()).isZero();
        assertThat(warm.compute()).isPositive();
        assertThat(warm.copies())
            .isEqualTo(copying ? new Copies(0, 0, 1, bytes(chain.home())) : Copies.NONE);
        assertRight(mass(chain), chain, device, session, copying ? between : null);
      }
      session.forget(chain);
      assertThat(run(session, chain).compile()).as("bound anew").isPositive();
    }
  }

  private Chain.Step mass(Chain chain) {
    return chain.steps().get(1);
  }

  /**
   * @param unseen still poisoned before the fetch; null where the device works in the host's memory
   */
  private static void assertRight(
      Chain.Step last, Chain chain, Device device, DeviceSession session, Tensor unseen) {
    if (unseen != null) {
      assertUntouched(unseen);
    }
    Copies fetched = session.fetch(chain);
    if (unseen != null) {
      assertThat(fetched).isEqualTo(new Copies(0, 0, 1, unseen.bytes()));
    }
    assertRight(chain.steps().getFirst(), device);
    assertRight(last, device);
  }

  /** From the second copy on the driver holds memory as large as this in place. */
  @ParameterizedTest
  @ValueSource(strings = {POCL, INTEL})
  void largeResultsComeHomeAgainAndAgain(String library) {
    Engine engine = openCl(library, true);
    Device device = device(engine);
    Chain.Step step = chain(engine.memory(), 1100).steps().getFirst();
    Tensor result = step.call().out("scores");
    assertThat(result.bytes()).isGreaterThan(128 << 10);
    try (DeviceSession session = engine.open(device)) {
      for (int i = 0; i < 4; i++) {
        assertThat(run(session, step).copies().bytesOut()).isEqualTo(result.bytes());
        assertRight(step, device);
        assertThat(result.guardsIntact()).isTrue();
      }
      session.forget(step.call());
      assertThat(run(session, step).compile()).isPositive();
      assertRight(step, device);
    }
  }

  @Test
  void tensorsOfThisProcessAloneComeHomeToo() {
    Engine engine = openCl(POCL, true);
    Device device = device(engine);
    Chain chain = chain(TensorMemory.PRIVATE);
    try (DeviceSession session = engine.open(device)) {
      run(session, chain);
      assertRight(mass(chain), chain, device, session, chain.staying().iterator().next());
    }
  }

  @Test
  void aProcessThatDiesWithTheOnlyCopyIsALostDevice() {
    Engine engine = openCl(POCL, true);
    Chain chain = chain(engine.memory());
    try (DeviceSession session = engine.open(device(engine))) {
      run(session, chain);
      Set<ProcessHandle> children =
          ProcessHandle.current()
              .children()
              .filter(child -> child.info().command().orElse("").endsWith("/java"))
              .collect(Collectors.toSet());
      children.forEach(ProcessHandle::destroyForcibly);
      SquallException failure =
          catchThrowableOfType(SquallException.class, () -> session.fetch(chain));
      assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
      assertUntouched(chain.staying().iterator().next());
    }
  }

  @Test
  void withoutADriverThatRecordsARecordedChainIsRefusedAndTheSameOneLaunchedRuns() {
    Engine engine = tornado();
    Device device = device(engine);
    Chain chain = chain(engine.memory());
    try (DeviceSession session = engine.open(device)) {
      assertThat(session.records()).isFalse();
      SquallException refused =
          catchThrowableOfType(SquallException.class, () -> run(session, chain.record()));
      assertThat(refused).hasMessageContaining("does not support execution graphs");
      run(session, chain);
      session.fetch(chain);
      chain.steps().forEach(step -> assertRight(step, device));
    }
  }

  @Test
  void tornadoVmKeepsWhatIsBetweenTheTasksOfOneGraph() {
    Engine engine = tornado();
    Device device = device(engine);
    Chain chain = chain(engine.memory());
    Tensor between = chain.staying().iterator().next();
    try (DeviceSession session = engine.open(device)) {
      assertThat(session.keepsResults()).isTrue();
      Copies cold = run(session, chain).copies();
      assertThat(cold.in()).isEqualTo(6);
      assertThat(cold.bytesIn()).isGreaterThan(bytes(chain.inputs()));
      for (int i = 0; i < 3; i++) {
        DeviceSession.Times warm = run(session, chain);
        assertThat(warm.copies().bytesOut())
            .as("by TornadoVM's own count")
            .isBetween(bytes(chain.home()), bytes(chain.home()) + 64);
        assertThat(warm.copies().bytesIn()).isLessThan(bytes(chain.inputs()));
        assertRight(mass(chain), chain, device, session, between);
      }
      session.forget(chain);
      assertRight(run(session, chain), chain, device, session);
    }
  }

  private void assertRight(
      DeviceSession.Times again, Chain chain, Device device, DeviceSession session) {
    assertThat(again.compile()).isPositive();
    assertRight(mass(chain), chain, device, session, chain.staying().iterator().next());
  }
}
