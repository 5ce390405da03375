package dev.squall.kernels.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerticalSlashTest {
  private static final VerticalSlash KERNEL = new VerticalSlash();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  /** H, Hk, L, D, verticals, slashes, window */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 4, 1, 1, 256),
        Arguments.of(2, 1, 63, 5, 7, 3, 16),
        Arguments.of(1, 1, 64, 16, 8, 66, 64),
        Arguments.of(6, 2, 129, 20, 30, 80, 33),
        Arguments.of(1, 1, 300, 24, 90, 66, 256),
        Arguments.of(1, 1, 531, 64, 300, 70, 100));
  }

  private static Map<String, String> parameters(int verticals, int slashes, int window) {
    return Map.of("verticals", "" + verticals, "slashes", "" + slashes, "window", "" + window);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int verticals, int slashes, int window) {
    Map<String, Tensor> inputs = Prompts.inputs(31, heads, keyHeads, tokens, depth);
    for (String variant : VARIANTS) {
      KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(verticals, slashes, window));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void theOutputIsAttentionUnderTheExpandedMask(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(32, 2, 1, 200, 16);
    Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(20, 67, 50));
    KeptKeys kept =
        KeptKeys.of(
            FrontierShape.of(call.sizes()),
            LineIndex.of(
                FrontierShape.of(call.sizes()), call.out("columns"), call.out("diagonals")));
    double worst =
        Prompts.worst(inputs, call.out("o"), (head, row, key) -> kept.ofRow(head, row).test(key));
    assertThat(worst).isLessThan(5e-6);
    for (int head = 0; head < 2; head++) {
      double pairs = 0;
      for (int row = 0; row < 200; row++) {
        for (int key = 0; key <= row; key++) {
          pairs += kept.ofRow(head, row).test(key) ? 1 : 0;
        }
      }
      assertThat((double) call.out("kept").f32(head)).isCloseTo(pairs / 20100, within(1e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void budgetsOfTheLengthAreDense(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(33, 2, 2, 150, 8);
    for (Map<String, String> parameters :
        List.of(parameters(150, 1, 20), parameters(1, 150, 20), parameters(9999, 9999, 20))) {
      Call call = KernelRuns.run(KERNEL, variant, inputs, parameters);
      assertThat(Prompts.worst(inputs, call.out("o"), (h, r, k) -> true)).isLessThan(5e-6);
      assertThat(call.out("kept").f32(1)).isEqualTo(1f);
    }
  }

  /** Column and diagonal masses straight from the definition, for a head with planted lines. */
  @Test
  void theLinesAreThoseOfTheLargestMasses() {
    int tokens = 160;
    Map<String, Tensor> inputs = Prompts.inputs(34, 1, 1, tokens, 16);
    Call call =
        KernelRuns.runAndVerify(
            KERNEL,
            "simd",
            inputs,
            Map.of("verticals", "12", "slashes", "9", "window", "40", "sink", "2", "recent", "5"));
    double[] columns = new double[tokens];
    double[] diagonals = new double[tokens];
    for (int row = tokens - 40; row < tokens; row++) {
      double[] weights = new double[tokens];
      double total = 0;
      for (int key = 0; key <= row; key++) {
        double dot = 0;
        for (int d = 0; d < 16; d++) {
          dot += (double) inputs.get("q").f32(row * 16 + d) * inputs.get("k").f32(key * 16 + d);
        }
        weights[key] = Math.exp(dot / 4);
        total += weights[key];
      }
      for (int key = 0; key <= row; key++) {
        columns[key] += weights[key] / total;
        diagonals[row - key] += weights[key] / total;
      }
    }
    assertLargest(call.out("columns"), columns, 2, 12);
    assertLargest(call.out("diagonals"), diagonals, 5, 9);
  }

  private static void assertLargest(Tensor flags, double[] masses, int forced, int count) {
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    int kept = 0;
    for (int i = 0; i < masses.length; i++) {
      boolean taken = flags.u8(i) == 1;
      kept += taken ? 1 : 0;
      if (i < forced) {
        assertThat(taken).as("line %d", i).isTrue();
      } else if (taken) {
        least = Math.min(least, masses[i]);
      } else {
        most = Math.max(most, masses[i]);
      }
    }
    assertThat(kept).isEqualTo(count);
    assertThat(least).isGreaterThanOrEqualTo(most);
  }

  @Test
  void sparsityIsCountedAsTheOriginalDoes() {
    // Diagonal 0 alone: four tiles of 64 × 64; column 0: the three tiles below the first.
    Map<String, Tensor> inputs = Prompts.inputs(35, 1, 1, 256, 8);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, parameters(1, 1, 64));
    Map<String, Double> metrics =
        KERNEL.metrics(call).stream().collect(Collectors.toMap(Metric::name, Metric::value));
    double pairs = 4 * 64 * 64 + 3 * 64;
    assertThat(metrics.get("sparsity")).isCloseTo(1 - pairs / 32896, within(1e-12));
    assertThat(metrics.get("density")).isCloseTo((4 * 2080 + 192) / 32896.0, within(1e-7));
    assertThat(metrics.get("recall")).isBetween(0.0, 1.0);
  }

  @Test
  void wrongOutputsAreFound() {
    Map<String, Tensor> inputs = Prompts.inputs(36, 1, 1, 140, 8);
    Map<String, String> parameters = parameters(10, 66, 32);
    Call output = KernelRuns.run(KERNEL, "simd", inputs, parameters);
    output.out("o").f32(1000, output.out("o").f32(1000) + 1e-3f);
    assertThat(verdict(output)).isEqualTo(Verdict.WRONG);
    Call fraction = KernelRuns.run(KERNEL, "simd", inputs, parameters);
    fraction.out("kept").f32(0, fraction.out("kept").f32(0) * 1.001f);
    assertThat(verdict(fraction)).isEqualTo(Verdict.WRONG);
    // Another column in place of one that was taken.
    Call line = KernelRuns.run(KERNEL, "simd", inputs, parameters);
    Tensor columns = line.out("columns");
    int taken = 139;
    while (columns.u8(taken) == 0) {
      taken--;
    }
    int left = 5;
    while (columns.u8(left) == 1) {
      left++;
    }
    columns.i8(taken, (byte) 0);
    columns.i8(left, (byte) 1);
    assertThat(verdict(line)).isEqualTo(Verdict.WRONG);
  }

  private static Verdict verdict(Call call) {
    return Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict();
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = Prompts.inputs(37, 4, 3, 40, 8);
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage(
            "frontier.vertical_slash: query heads H = 4 are not a multiple of key heads Hk = 3");
    Map<String, Tensor> fine = Prompts.inputs(37, 2, 1, 40, 8);
    for (String name : List.of("verticals", "slashes", "window")) {
      assertThatThrownBy(() -> Call.of(KERNEL, fine, Map.of(name, "0")))
          .isInstanceOf(SquallException.class)
          .hasMessageContaining("parameter %s = 0: expected integer".formatted(name));
    }
  }
}
