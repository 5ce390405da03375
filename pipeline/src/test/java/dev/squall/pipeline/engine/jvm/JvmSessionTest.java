package dev.squall.pipeline.engine.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.testing.DoublingKernel;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JvmSessionTest {
  private final DeviceSession session = new JvmSession(HostThreads.of(2));

  /** Query 0 sees key 0 alone; query 1 weighs both keys by equal logits. */
  @Test
  void everyVariantOfAKernelRuns() {
    Kernel kernel = KernelCatalog.load().kernel("attention.dense");
    Tensor zeros = Tensor.of(new float[2], 1, 2, 1);
    Tensor values = Tensor.of(new float[] {2, 6}, 1, 2, 1);
    for (Variant variant : kernel.variants()) {
      Call call = Call.of(kernel, Map.of("q", zeros, "k", zeros, "v", values), Map.of());
      if (!variant.supports(call.sizes(), DeviceTraits.HOST).supported()) {
        assertThat(variant.name()).isEqualTo("tensorcores");
        continue;
      }
      DeviceSession.Times times = session.run(kernel, variant, call);

      assertThat(call.out("o").toFloatArray()).as(variant.name()).containsExactly(2, 4);
      assertThat(times.total()).isPositive().isEqualTo(times.compute());
    }
  }

  @Test
  void anExhaustedHeapIsOutOfMemory() {
    Variant greedy =
        Variant.Host.of(
            "greedy",
            (call, threads) -> {
              throw new OutOfMemoryError("Java heap space");
            });
    DoublingKernel kernel = new DoublingKernel();
    Call call = Call.of(kernel, Map.of("x", Tensor.of(new float[1], 1)), Map.of());

    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> session.run(kernel, greedy, call));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY);
    assertThat(failure)
        .hasMessage("testing.double (greedy) needs more memory than the JVM has: Java heap space");
  }
}
