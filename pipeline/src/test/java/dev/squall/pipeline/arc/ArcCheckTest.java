package dev.squall.pipeline.arc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.bundle.BundleStore;
import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArcCheckTest {
  private static final String PATH = System.getenv().getOrDefault("PATH", "");

  /** Unrolled by its pragmas it needs 384 registers' worth of values at once. */
  private static final String SPILLING =
      """
      kernel void spill(global float4 *a, global float4 *b, int n) {
        float4 r[96];
        int at = get_global_id(0) * 96;
        #pragma unroll
        for (int i = 0; i < 96; i++) r[i] = a[at + i];
        for (int k = 0; k < n; k++) {
          #pragma unroll
          for (int i = 0; i < 96; i++) r[i] = r[i] * r[(i * 7) % 96] + r[(i * 13 + 5) % 96];
        }
        #pragma unroll
        for (int i = 0; i < 96; i++) b[at + i] = r[i];
      }
      """;

  private static final String ADDING =
      """
      kernel void add(global float *a, global float *b) {
        local float tile[64];
        tile[get_local_id(0)] = a[get_global_id(0)];
        barrier(CLK_LOCAL_MEM_FENCE);
        b[get_global_id(0)] = tile[63 - get_local_id(0)];
      }
      """;

  @TempDir private Path folder;

  private static KernelBundle bundle(BundleTarget target, String entryPoint) {
    return new KernelBundle(
        target,
        "Code",
        entryPoint,
        entryPoint + "." + target.extension(),
        entryPoint,
        "5.2.0",
        List.of(),
        16,
        1,
        false,
        List.of(),
        "");
  }

  private static OfflineCompiler realCompiler() {
    var tool = Tool.find("ocloc", PATH);
    Assumptions.assumeTrue(
        tool.isPresent(), "ocloc: not on this machine; ./squall setup arc-capture");
    return new OfflineCompiler(tool.orElseThrow());
  }

  private CompiledKernel compile(OfflineCompiler compiler, String source, String name, GpuModel gpu)
      throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".cl"), source);
    return compiler.compile(bundle(BundleTarget.OPENCL_GPU, name), file, gpu, folder);
  }

  @Test
  void intelsCompilerTellsWidthAndMemory() throws IOException {
    OfflineCompiler compiler = realCompiler();
    for (GpuModel gpu : GpuModel.values()) {
      CompiledKernel kernel = compile(compiler, ADDING, "add", gpu);
      assertThat(kernel.simdWidth()).as(gpu.key()).isIn(8, 16, 32);
      assertThat(kernel.localBytes()).isEqualTo(256);
      assertThat(kernel.spilled()).isFalse();
    }
  }

  @Test
  void intelsCompilerTellsOfSpills() throws IOException {
    CompiledKernel kernel = compile(realCompiler(), SPILLING, "spill", GpuModel.DG2);
    assertThat(kernel.spilled()).isTrue();
    assertThat(kernel.spills()).isGreaterThan(100);
    assertThat(kernel.spillBytes()).isPositive();
  }

  @Test
  void whatDoesNotCompileIsReportedWithTheFirstError() {
    OfflineCompiler compiler = realCompiler();
    assertThatThrownBy(() -> compile(compiler, "kernel void bad( {", "bad", GpuModel.DG2))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.COMPILE))
        .hasMessageContaining("error: expected parameter declarator");
  }

  /** Intel's compiler answers success to a module that is cut short. */
  @Test
  void outputWithoutTheKernelIsAFailure() throws IOException {
    OfflineCompiler compiler = realCompiler();
    byte[] module = testModule();
    Path cut = Files.write(folder.resolve("cut.spv"), Arrays.copyOf(module, 200));
    KernelBundle bundle = bundle(BundleTarget.SPIRV, "headDensity");
    assertThatThrownBy(() -> compiler.compile(bundle, cut, GpuModel.DG2, folder))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.COMPILE));
  }

  @Test
  void theValidatorTellsGoodModulesFromBad() throws IOException {
    var tool = Tool.find("spirv-val", PATH);
    Assumptions.assumeTrue(
        tool.isPresent(), "spirv-val: not on this machine; ./squall setup arc-capture");
    SpirvValidator validator = new SpirvValidator(tool.orElseThrow());
    byte[] module = testModule();
    Path good = Files.write(folder.resolve("good.spv"), module);
    Path cut = Files.write(folder.resolve("cut.spv"), Arrays.copyOf(module, 200));
    assertThat(validator.complaint(good, folder)).isEmpty();
    assertThat(validator.complaint(cut, folder))
        .hasValueSatisfying(complaint -> assertThat(complaint).startsWith("error: "));
  }

  /** The bundle of KeptPairsLoops.headDensity. */
  private static byte[] testModule() throws IOException {
    try (var in = ArcCheckTest.class.getResourceAsStream("valid.spv")) {
      return in.readAllBytes();
    }
  }

  @Test
  void aMissingToolIsNamedWithItsRemedy() throws IOException {
    assertThatThrownBy(() -> ArcCheck.of(folder.toString(), folder.resolve("cache.json")))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED))
        .hasMessageContaining("ocloc is not on the PATH; ./squall setup arc-capture");
    script("ocloc", "exit 0");
    assertThatThrownBy(() -> ArcCheck.of(folder.toString(), folder.resolve("cache.json")))
        .hasMessageContaining("spirv-val is not on the PATH");
  }

  @Test
  void aCompilerThatCrashesIsAFailedCompilation() throws IOException {
    OfflineCompiler compiler = new OfflineCompiler(new Tool(script("ocloc", "kill -SEGV $$")));
    assertThatThrownBy(() -> compile(compiler, ADDING, "add", GpuModel.PVC))
        .isInstanceOfSatisfying(
            SquallException.class, e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.COMPILE))
        .hasMessageContaining("exit code 139");
  }

  @Test
  void everyBundleIsValidatedAndCompiledForEveryGpu() throws IOException {
    script("spirv-val", "echo error: not today; exit 1");
    script("ocloc", "echo 'foo.cl: error: neither'; exit 11");
    BundleStore store = BundleStore.load(BundleTarget.SPIRV);
    Assumptions.assumeFalse(store.all().isEmpty(), "no SPIR-V bundles; ./squall bundle build");
    List<String> progress = Collections.synchronizedList(new ArrayList<>());

    List<ArcFinding> findings =
        ArcCheck.of(folder.toString(), folder.resolve("cache.json"))
            .run(List.of(store), bundle -> true, progress::add);

    assertThat(findings).hasSize(5 * store.all().size()).allMatch(ArcFinding::bad);
    assertThat(progress).hasSize(store.all().size());
    KernelBundle first = findings.getFirst().bundle();
    assertThat(findings.subList(0, 5))
        .containsExactly(
            new ArcFinding.Validity(first, Optional.of("error: not today")),
            failed(first, GpuModel.DG2),
            failed(first, GpuModel.PVC),
            failed(first, GpuModel.TGLLP),
            failed(first, GpuModel.ADL_P));
  }

  private static ArcFinding failed(KernelBundle bundle, GpuModel model) {
    return new ArcFinding.Compilation(
        bundle, model, true, Optional.empty(), "foo.cl: error: neither");
  }

  private Path script(String name, String text) throws IOException {
    Path script = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void spillsAreReadFromTheWarningOfTheKernelAsked() {
    String output =
        """

        warning: kernel one  compiled SIMD8 allocated 128 regs and spilled around 525
        warning: kernel two  compiled SIMD16 allocated 128 regs and spilled around 7

        Build succeeded.
        """;
    assertThat(OfflineCompiler.spills(output, "two")).isEqualTo(7);
    assertThat(OfflineCompiler.spills(output, "three")).isZero();
  }
}
