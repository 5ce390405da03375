package dev.squall.kernels.mminference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GridSearchTest {
  private static final GridSearch KERNEL = new GridSearch();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  /** Keys of every stride-th token from {@code phase} on get {@code plus} on all their logits. */
  private static Map<String, Tensor> planted(
      int heads, int keyHeads, int tokens, int depth, int stride, int phase, double plus) {
    SplittableRandom random = new SplittableRandom(stride * 1000L + phase);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    Tensor q = RandomTensors.normal(random, heads, tokens, depth);
    Tensor k = RandomTensors.normal(random, keyHeads, tokens, depth);
    for (long row = 0; row < (long) heads * tokens; row++) {
      q.f32(row * depth, (float) Math.sqrt(depth));
    }
    for (long row = 0; row < (long) keyHeads * tokens; row++) {
      k.f32(row * depth, row % tokens % stride == phase ? (float) plus : 0);
    }
    inputs.put("q", q);
    inputs.put("k", k);
    return inputs;
  }

  @ParameterizedTest
  @CsvSource({"12, 5", "12, 0", "6, 4", "24, 23", "5, 2"})
  void aPlantedGridIsFoundAmongItsDivisorsAndMultiples(int stride, int phase) {
    Map<String, Tensor> inputs = planted(4, 2, 611, 16, stride, phase, 4);
    for (String variant : VARIANTS) {
      Call call =
          KernelRuns.runAndVerify(
              KERNEL, variant, inputs, Map.of("strides", "2,3,4,5,6,8,10,12,24,48"));
      for (int head = 0; head < 4; head++) {
        assertThat(call.out("best").i32(2L * head)).as(variant).isEqualTo(stride);
        assertThat(call.out("best").i32(2L * head + 1)).as(variant).isEqualTo(phase);
      }
    }
  }

  @Test
  void massesOfAStrideSumToOneAndEqualKeysCountByNumber() {
    int tokens = 50;
    Map<String, Tensor> inputs = planted(1, 1, tokens, 4, 1, 0, 0);
    inputs.put("k", Tensor.of(new float[tokens * 4], 1, tokens, 4));
    for (String variant : VARIANTS) {
      Call call =
          KernelRuns.runAndVerify(
              KERNEL, variant, inputs, Map.of("strides", "7,3,64", "last_queries", "1"));
      Tensor masses = call.out("masses");
      assertThat(masses.elements()).isEqualTo(74);
      double sum = 0;
      for (int phase = 0; phase < 7; phase++) {
        assertThat((double) masses.f32(phase)).isCloseTo(phase == 0 ? .16 : .14, within(1e-6));
        sum += masses.f32(phase);
      }
      assertThat(sum).isCloseTo(1, within(1e-6));
      // A stride beyond the tokens has empty phases.
      assertThat(masses.f32(10 + 50)).isZero();
    }
  }

  @Test
  void everyVariantAgreesWithTheReference() {
    for (int tokens : new int[] {1, 63, 64, 65, 300}) {
      Map<String, Tensor> inputs = planted(6, 3, tokens, 20, 9, 3, 1);
      for (String variant : VARIANTS) {
        KernelRuns.runAndVerify(KERNEL, variant, inputs, Map.of("last_queries", "37"));
      }
    }
  }

  @Test
  void wrongOutputsAreFound() {
    Map<String, Tensor> inputs = planted(1, 1, 300, 8, 8, 3, 3);
    Call phase = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    phase.out("best").i32(1, 4);
    assertThat(verdict(phase)).isEqualTo(Verdict.WRONG);
    Call mass = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    mass.out("masses").f32(7, mass.out("masses").f32(7) * 1.001f);
    assertThat(verdict(mass)).isEqualTo(Verdict.WRONG);
  }

  private static Verdict verdict(Call call) {
    return Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict();
  }

  @Test
  void badStridesAreNamed() {
    Map<String, Tensor> inputs = planted(1, 1, 20, 4, 2, 0, 1);
    for (String strides : List.of("", "4,", "4,x", "0", "4,4", "65537")) {
      assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of("strides", strides)))
          .isInstanceOf(SquallException.class)
          .hasMessageStartingWith(
              "mminference.grid_search: parameter strides = %s: expected".formatted(strides));
    }
  }
}
