package dev.squall.pipeline.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.testing.DoublingKernel;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BoundCallsTest {
  private final DoublingKernel kernel = new DoublingKernel();
  private final Variant tiles = kernel.variant("tiles");
  private final Variant loops = kernel.variant("loops");
  private final Tensor x = Tensor.of(new float[] {1, 2}, 2);
  private final Call call = Call.of(kernel, Map.of("x", x), Map.of());
  private final BoundCalls<String> bound = new BoundCalls<>();

  @Test
  void programsAreFoundByKernelVariantAndCall() {
    bound.put(kernel, tiles, call, "program");
    assertThat(bound.find(kernel, tiles, call)).contains("program");
    assertThat(bound.find(kernel, loops, call)).isEmpty();
    assertThat(bound.find(kernel, tiles, Call.of(kernel, Map.of("x", x), Map.of()))).isEmpty();
  }

  @Test
  void aForgottenCallLeavesWhatOthersUse() {
    Call other = Call.of(kernel, Map.of("x", x), Map.of());
    bound.put(kernel, tiles, call, "tiles");
    bound.put(kernel, loops, call, "loops");
    bound.put(kernel, tiles, other, "other");
    assertThat(bound.remove(call)).containsExactlyInAnyOrder("tiles", "loops");
    assertThat(bound.unused(call)).containsExactly(call.out("y"));
    assertThat(bound.all()).containsExactly("other");
    bound.remove(other);
    assertThat(bound.unused(other)).containsExactlyInAnyOrder(x, other.out("y"));
  }
}
