package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlexPrefillTest {
  private static final FlexPrefill KERNEL = new FlexPrefill();

  private static Map<String, String> parameters(String alpha, int least, int window) {
    return Map.of("alpha", alpha, "min_budget", "" + least, "window", "" + window);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void everyVariantAgreesWithTheReference(String variant) {
    for (int tokens : new int[] {1, 65, 210, 390}) {
      Map<String, Tensor> inputs = Prompts.inputs(41, 4, 2, tokens, 12);
      for (String alpha : List.of("0", "0.4", "0.93", "1")) {
        KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(alpha, 9, 70));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aShareOfOneIsDense(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(42, 2, 1, 130, 8);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters("1", 1, 20));
    assertThat(Prompts.worst(inputs, call.out("o"), (h, r, k) -> true)).isLessThan(5e-6);
    assertThat(call.out("kept").f32(0)).isEqualTo(1f);
  }

  /** Equal keys: each of the last rows spreads its weight evenly, so that prefix sums are known. */
  @Test
  void oneMoreLineThanHoldTheShareIsKept() {
    int tokens = 100;
    Map<String, Tensor> inputs = Prompts.inputs(43, 1, 1, tokens, 8);
    inputs.put("k", Tensor.of(new float[tokens * 8], 1, tokens, 8));
    for (String variant : List.of("simd", "loops", "reference")) {
      // One row of 100 keys: .255 of the mass takes 25 whole lines, and one more.
      Call call = KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters("0.255", 1, 1));
      assertThat(marked(call.out("columns"))).as(variant).isEqualTo(26);
      assertThat(marked(call.out("diagonals"))).as(variant).isEqualTo(26);
      Call least = KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters("0.255", 40, 1));
      assertThat(marked(least.out("columns"))).as(variant).isEqualTo(40);
    }
  }

  private static int marked(Tensor flags) {
    int marked = 0;
    for (int i = 0; i < flags.elements(); i++) {
      marked += flags.u8(i);
    }
    return marked;
  }
}
