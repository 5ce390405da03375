package dev.squall.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.TensorType;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CodeHashTest {
  private static final Kernel DENSE = KernelCatalog.load().kernel("attention.dense");
  private static final Kernel SPARSE = KernelCatalog.load().kernel("xattention.scores");

  private static Sizes sizes(Kernel kernel, long tokens) {
    TensorType type = new TensorType(ElementType.F32, List.of(2L, tokens, 16L));
    return kernel
        .signature()
        .bind(
            kernel.id().equals("attention.dense")
                ? Map.of("q", type, "k", type, "v", type)
                : Map.of("q", type, "k", type),
            Map.of());
  }

  private static String hash(Kernel kernel, String variant, long tokens) {
    return CodeHash.of(kernel, kernel.variant(variant), sizes(kernel, tokens));
  }

  @Test
  void variantsOfAKernelHaveCodeOfTheirOwn() {
    Set<String> hashes = new HashSet<>();
    for (String variant : List.of("simd", "tiles", "rows", "loops", "reference")) {
      assertThat(hash(DENSE, variant, 64)).matches("[0-9a-f]{16}");
      hashes.add(hash(DENSE, variant, 64));
    }

    assertThat(hashes).hasSize(5);
  }

  @Test
  void sizesDoNotChangeTheCode() {
    assertThat(hash(DENSE, "simd", 64)).isEqualTo(hash(DENSE, "simd", 4096));
    assertThat(hash(DENSE, "loops", 64)).isEqualTo(hash(DENSE, "loops", 4096));
  }

  @Test
  void kernelsDiffer() {
    assertThat(hash(DENSE, "simd", 64)).isNotEqualTo(hash(SPARSE, "simd", 64));
  }
}
