package dev.squall.pipeline.arc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.bundle.BundleTarget;
import dev.squall.pipeline.bundle.KernelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingCacheTest {
  private static final byte[] CODE = {1, 2, 3};
  private static final CompiledKernel KERNEL = new CompiledKernel(16, 128, 7, 64, 32, 1024);

  @TempDir private Path folder;

  private static KernelBundle bundle(BundleTarget target, String entryPoint) {
    return new KernelBundle(
        target,
        "Code",
        "method",
        "file",
        entryPoint,
        "5.2.0",
        List.of(),
        16,
        1,
        true,
        List.of(),
        "hash");
  }

  @Test
  void whatWasCompiledIsKnownToTheNextCheck() {
    Path file = folder.resolve("cache").resolve("arc.json");
    KernelBundle bundle = bundle(BundleTarget.SPIRV, "add");
    FindingCache first = FindingCache.read(file, "ocloc 1");
    assertThat(first.find(bundle, CODE, GpuModel.DG2)).isEmpty();
    first.put(bundle, CODE, GpuModel.DG2, KERNEL);
    first.write();

    FindingCache next = FindingCache.read(file, "ocloc 1");
    assertThat(next.find(bundle, CODE, GpuModel.DG2)).contains(KERNEL);
    assertThat(next.find(bundle, CODE, GpuModel.PVC)).isEmpty();
    assertThat(next.find(bundle, new byte[] {1, 2}, GpuModel.DG2)).isEmpty();
    assertThat(next.find(bundle(BundleTarget.SPIRV, "sub"), CODE, GpuModel.DG2)).isEmpty();
    assertThat(next.find(bundle(BundleTarget.OPENCL_GPU, "add"), CODE, GpuModel.DG2)).isEmpty();
    assertThat(FindingCache.read(file, "ocloc 2").find(bundle, CODE, GpuModel.DG2)).isEmpty();
  }

  @Test
  void aDamagedFileIsEmpty() throws IOException {
    Path file = Files.writeString(folder.resolve("arc.json"), "{\"half");
    FindingCache cache = FindingCache.read(file, "ocloc 1");
    KernelBundle bundle = bundle(BundleTarget.SPIRV, "add");
    assertThat(cache.find(bundle, CODE, GpuModel.DG2)).isEmpty();
    cache.put(bundle, CODE, GpuModel.DG2, KERNEL);
    cache.write();
    assertThat(FindingCache.read(file, "ocloc 1").find(bundle, CODE, GpuModel.DG2))
        .contains(KERNEL);
  }
}
