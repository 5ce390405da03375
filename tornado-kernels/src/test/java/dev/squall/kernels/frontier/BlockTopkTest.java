package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockTopkTest {
  private static final BlockTopk KERNEL = new BlockTopk();

  /** H, Hk, L, D, block, top */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 3, 16, 64),
        Arguments.of(2, 1, 17, 5, 16, 1),
        Arguments.of(6, 2, 127, 16, 16, 3),
        Arguments.of(1, 1, 300, 33, 16, 5),
        Arguments.of(3, 3, 211, 20, 7, 9),
        Arguments.of(1, 1, 650, 64, 32, 6));
  }

  private static Map<String, String> parameters(int block, int top) {
    return Map.of("block", "" + block, "top", "" + top);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int block, int top) {
    Map<String, Tensor> inputs = Prompts.inputs(61, heads, keyHeads, tokens, depth);
    for (String variant : List.of("simd", "loops", "reference")) {
      KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(block, top));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void theOutputFollowsTheMaskAndRowsKeepTheirNumber(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(62, 2, 1, 150, 16);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(16, 4));
    Tensor mask = call.out("mask");
    assertThat(
            Prompts.worst(
                inputs,
                call.out("o"),
                (head, row, key) -> mask.u8((head * 10L + row / 16) * 10 + key / 16) == 1))
        .isLessThan(5e-6);
    for (int row = 0; row < 10; row++) {
      int kept = 0;
      for (int column = 0; column < 10; column++) {
        kept += mask.u8(row * 10 + column);
        if (column > row) {
          assertThat(mask.u8(row * 10 + column)).isZero();
        }
      }
      assertThat(kept).isEqualTo(Math.min(row + 1, 4));
      assertThat(mask.u8(row * 10)).isOne();
      assertThat(mask.u8(row * 10 + row)).isOne();
      assertThat(mask.u8(row * 10 + Math.max(0, row - 1))).isOne();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void allBlocksAreDense(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(63, 2, 2, 100, 8);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(16, 7));
    assertThat(Prompts.worst(inputs, call.out("o"), (h, r, k) -> true)).isLessThan(5e-6);
  }

  /** Section 3b of the specification: 16,384 tokens in blocks of 16. */
  @ParameterizedTest
  @CsvSource({
    "26, .9499",
    "35, .9328",
    "53, .8992",
    "71, .8662",
    "108, .8003",
    "188, .6667",
    "300, .5001"
  })
  void sparsityOfABudget(int top, double sparsity) {
    assertThat(BlockBudget.sparsity(top, 1024)).isCloseTo(sparsity, within(5e-5));
    assertThat(BlockBudget.top(BlockBudget.sparsity(top, 1024), 1024)).isEqualTo(top);
  }

  @Test
  void aBudgetHasAtLeastThreeBlocks() {
    assertThat(BlockBudget.top(0.9999, 1024)).isEqualTo(3);
    assertThat(BlockBudget.top(0.5, 2)).isEqualTo(2);
    assertThat(BlockBudget.top(0, 1024)).isEqualTo(1024);
  }

  @Test
  void densityIsThatOfWholeBlocks() {
    Map<String, Tensor> inputs = Prompts.inputs(64, 1, 1, 160, 8);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, parameters(16, 3));
    // 27 blocks of 16 × 16, of which ten are diagonal triangles.
    double density = (17 * 256 + 10 * 136) / 12880.0;
    assertThat(KERNEL.metrics(call)).first().isEqualTo(new Metric("density", density));
  }

  @Test
  void wrongOutputsAreFound() {
    Map<String, Tensor> inputs = Prompts.inputs(65, 1, 1, 160, 8);
    Call output = KernelRuns.run(KERNEL, "simd", inputs, parameters(16, 4));
    output.out("o").f32(900, output.out("o").f32(900) + 1e-3f);
    assertThat(verdict(output)).isEqualTo(Verdict.WRONG);
    Call mask = KernelRuns.run(KERNEL, "simd", inputs, parameters(16, 4));
    int row = 90;
    int left = row + 1;
    while (mask.out("mask").u8(left) == 1) {
      left++;
    }
    int taken = row + 1;
    while (mask.out("mask").u8(taken) == 0) {
      taken++;
    }
    mask.out("mask").i8(left, (byte) 1);
    mask.out("mask").i8(taken, (byte) 0);
    assertThat(verdict(mask)).isEqualTo(Verdict.WRONG);
  }

  private static Verdict verdict(Call call) {
    return Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict();
  }
}
