package dev.squall.pipeline.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.opencl.OpenClEngines;
import dev.squall.pipeline.engine.opencl.OpenClStackCheck;
import dev.squall.pipeline.engine.remote.EnumerationCache;
import dev.squall.pipeline.engine.remote.TimeLimits;
import dev.squall.pipeline.engine.tornado.TornadoEngines;
import dev.squall.pipeline.engine.tornado.TornadoSdk;
import dev.squall.pipeline.fpga.Bitstream;
import dev.squall.pipeline.fpga.BitstreamStore;
import dev.squall.pipeline.fpga.build.BitstreamBuilder;
import dev.squall.pipeline.measure.RandomInputs;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.setup.StackCheck.Finding;
import dev.squall.profiles.DeviceProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The FPGA emulator through both engines, where its stack is set up in {@code SQUALL_CACHE}. */
class FpgaEmulatorTest {
  /** No extent is a multiple of 64, which TornadoVM's FPGA scheduler asks of parallel sizes. */
  private static final Map<String, Map<String, Long>> ODD_CALLS =
      Map.of(
          "mamba.selective_scan", Map.of("L", 37L, "C", 5L, "N", 3L, "G", 1L),
          "ouromamba.quantize", Map.of("L", 37L, "C", 11L),
          "xattention.scores", Map.of("H", 3L, "Hk", 1L, "L", 75L, "D", 5L),
          "seedlm.decode", Map.of("stored", 45L));

  @TempDir private Path cache;
  private DriverStack stack;

  @BeforeEach
  void requireTheStack() {
    Optional<DriverStack> found =
        Optional.ofNullable(System.getenv("SQUALL_CACHE")).map(Path::of).stream()
            .flatMap(folder -> DriverStacks.find(folder).found().stream())
            .filter(DriverStack::fpgaEmulator)
            .findFirst();
    assumeTrue(found.isPresent(), "no stack fpga-emulator; ./squall setup fpga-emulator");
    stack = found.get();
  }

  private Engine openCl() {
    return OpenClEngines.openCl(
        List.of(stack),
        DeviceProfiles.shipped(),
        EnumerationCache.read(cache.resolve("devices.json")),
        TimeLimits.ofEnvironment(),
        cache);
  }

  private Engine tornado() {
    List<TornadoSdk> sdks =
        TornadoSdk.find(System.getenv()).stream()
            .filter(sdk -> sdk.backends().contains("opencl"))
            .limit(1)
            .toList();
    assumeTrue(!sdks.isEmpty(), "no TornadoVM with the opencl back end; set TORNADOVM_HOME");
    return TornadoEngines.all(
            name -> true,
            sdks,
            List.of(stack),
            DeviceProfiles.shipped(),
            EnumerationCache.read(cache.resolve("devices.json")),
            TimeLimits.ofEnvironment(),
            cache)
        .getFirst();
  }

  private static void requireRightResults(Engine engine) {
    Device device = engine.enumerate().devices().getFirst();
    assertThat(device.notATiming()).hasValue("emulation: not a timing");
    try (DeviceSession session = engine.open(device)) {
      ODD_CALLS.forEach(
          (id, extents) -> {
            Kernel kernel = KernelCatalog.load().kernel(id);
            Map<String, Tensor> inputs =
                RandomInputs.ofSeed(3).generate(kernel.signature(), extents, Map.of());
            Call call = Call.of(kernel, inputs, Map.of());
            call.outputs().values().forEach(Tensor::poison);
            session.run(kernel, kernel.variant("loops"), call);
            Comparison comparison = Verifier.exhaustive().verify(kernel, call, device.engine());
            assertThat(comparison.verdict())
                .as("%s on %s: %s", id, device.qualifiedId(), comparison.detail())
                .isEqualTo(Verdict.PASSED);
            assertThat(comparison.unitsCompared()).isPositive();
          });
    }
  }

  private Map<Path, FileTime> compiled() throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    try (Stream<Path> files = Files.list(cache.resolve("fpga/compiled"))) {
      for (Path file : files.toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void bundlesComputeOddSizes() {
    requireRightResults(openCl());
  }

  @Test
  void liveTornadoComputesOddSizesAndCompilesOnce() throws IOException {
    requireRightResults(tornado());
    Map<Path, FileTime> first = compiled();
    assertThat(first).hasSizeGreaterThanOrEqualTo(ODD_CALLS.size());
    requireRightResults(tornado());

    assertThat(compiled()).isEqualTo(first);
  }

  @Test
  void bothEnginesUseTheBitstreamsThatWereBuilt() throws IOException {
    BitstreamBuilder.Result built = BitstreamBuilder.build(stack, BitstreamStore.ofCache(cache));
    assertThat(built.failures()).isEmpty();
    assertThat(built.compiled()).isEqualTo(built.store().all().size()).isPositive();
    assertThat(built.store().all())
        .extracting(Bitstream::entryPoint)
        .contains("scan", "quantize", "decodeFourBit", "logMeanExpScores");
    assertThat(BitstreamBuilder.build(stack, BitstreamStore.ofCache(cache)).compiled()).isZero();

    requireRightResults(openCl());
    assertThat(cache.resolve("programs")).doesNotExist();
    requireRightResults(tornado());
    assertThat(cache.resolve("fpga/compiled")).doesNotExist();
  }

  @Test
  void theKnownAnswerIsRight() {
    assertThat(new OpenClStackCheck(Duration.ofSeconds(120)).check(stack).finding())
        .isEqualTo(Finding.PASSED);
  }
}
