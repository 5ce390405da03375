package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuestTest {
  private static final Quest KERNEL = new Quest();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  private static Map<String, Tensor> inputs(
      long seed, int heads, int keyHeads, int tokens, int depth) {
    Map<String, Tensor> inputs = Prompts.inputs(seed, heads, keyHeads, tokens, depth);
    inputs.put("q", RandomTensors.normal(new SplittableRandom(seed), heads, 1, depth));
    return inputs;
  }

  private static Map<String, String> parameters(int budget, int page, boolean share) {
    return Map.of("budget", "" + budget, "page", "" + page, "share", "" + share);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 4, 64, 16",
    "4, 2, 16, 5, 16, 16",
    "6, 2, 17, 33, 1, 16",
    "1, 1, 333, 20, 64, 16",
    "9, 3, 200, 64, 70, 7",
    "2, 1, 100, 8, 30, 128"
  })
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int budget, int page) {
    Map<String, Tensor> inputs = inputs(91, heads, keyHeads, tokens, depth);
    for (String variant : VARIANTS) {
      KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(budget, page, true));
      KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(budget, page, false));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void theOutputIsAttentionOverTheKeptPages(String variant) {
    Map<String, Tensor> inputs = inputs(92, 4, 2, 250, 16);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(64, 16, true));
    Tensor pages = call.out("pages");
    assertThat(pages.shape()).containsExactly(2, 5);
    for (int head = 0; head < 2; head++) {
      // 250 tokens end in page 15.
      assertThat(pages.i32(5 * head + 4)).isEqualTo(15);
    }
    double worst =
        Prompts.worst(
            inputs,
            call.out("o"),
            (head, row, key) -> {
              boolean kept = false;
              for (int i = 0; i < 5; i++) {
                kept |= pages.i32(head / 2 * 5L + i) == key / 16;
              }
              return kept;
            });
    assertThat(worst).isLessThan(5e-6);
    assertThat(KERNEL.metrics(call))
        .first()
        .isEqualTo(new Metric("density", (4 * 16 + 10) / 250.0));
  }

  /** The bound holds for every key, so a page without any large product scores low. */
  @Test
  void scoresBoundTheProductsOfTheirPage() {
    int tokens = 320;
    Map<String, Tensor> inputs = inputs(93, 1, 1, tokens, 16);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, parameters(80, 16, true));
    double[] bounds = new double[20];
    double[] largest = new double[20];
    for (int page = 0; page < 20; page++) {
      largest[page] = Double.NEGATIVE_INFINITY;
      for (int d = 0; d < 16; d++) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int t = 16 * page; t < 16 * page + 16; t++) {
          least = Math.min(least, inputs.get("k").f32(t * 16 + d));
          most = Math.max(most, inputs.get("k").f32(t * 16 + d));
        }
        double query = inputs.get("q").f32(d);
        bounds[page] += Math.max(query * least, query * most);
      }
      for (int t = 16 * page; t < 16 * page + 16; t++) {
        double dot = 0;
        for (int d = 0; d < 16; d++) {
          dot += (double) inputs.get("q").f32(d) * inputs.get("k").f32(t * 16 + d);
        }
        largest[page] = Math.max(largest[page], dot);
      }
      assertThat(bounds[page]).isGreaterThanOrEqualTo(largest[page]);
    }
    double least = Double.POSITIVE_INFINITY;
    boolean[] kept = new boolean[20];
    for (int i = 0; i < 5; i++) {
      kept[call.out("pages").i32(i)] = true;
      least = Math.min(least, bounds[call.out("pages").i32(i)]);
    }
    for (int page = 0; page < 19; page++) {
      assertThat(kept[page] || bounds[page] <= least + 1e-6).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aBudgetOfTheLengthIsDense(String variant) {
    Map<String, Tensor> inputs = inputs(94, 4, 1, 133, 8);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(133, 16, true));
    assertThat(Prompts.worst(inputs, call.out("o"), (h, r, k) -> true)).isLessThan(5e-6);
    assertThat(call.out("pages").dim(1)).isEqualTo(9);
  }

  @Test
  void wrongOutputsAreFoundAndBadInputsNamed() {
    Map<String, Tensor> inputs = inputs(95, 2, 1, 200, 8);
    Call output = KernelRuns.run(KERNEL, "simd", inputs, parameters(64, 16, true));
    output.out("o").f32(9, output.out("o").f32(9) + 1e-3f);
    assertThat(Verifier.exhaustive().verify(KERNEL, output, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
    inputs.put("q", RandomTensors.normal(new SplittableRandom(1), 2, 3, 8));
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage("frontier.quest: one must be 1 for these inputs and parameters, q has 3");
  }
}
