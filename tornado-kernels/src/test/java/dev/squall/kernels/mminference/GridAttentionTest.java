package dev.squall.kernels.mminference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.RowOrder;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GridAttentionTest {
  private static final GridAttention KERNEL = new GridAttention();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  /** The flag sets of the paper's search space, and two more. */
  private static final List<String> FLAGS =
      List.of("100", "010", "001", "110", "011", "111", "101");

  private static Map<String, String> parameters(int stride, int phase, String flags) {
    return Map.of(
        "stride", "" + stride,
        "phase", "" + phase,
        "hline", "" + (flags.charAt(0) == '1'),
        "vline", "" + (flags.charAt(1) == '1'),
        "slash", "" + (flags.charAt(2) == '1'));
  }

  /** H, Hk, L, D, stride, phase */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 4, 8, 0),
        Arguments.of(1, 1, 5, 4, 8, 7),
        Arguments.of(4, 2, 97, 12, 3, 2),
        Arguments.of(1, 1, 203, 33, 10, 4),
        Arguments.of(2, 1, 530, 16, 7, 0));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantIsAttentionUnderTheMaskThatDefinesTheGrid(
      int heads, int keyHeads, int tokens, int depth, int stride, int phase) {
    Map<String, Tensor> inputs = Prompts.inputs(71, heads, keyHeads, tokens, depth);
    for (String flags : FLAGS) {
      boolean hline = flags.charAt(0) == '1';
      boolean vline = flags.charAt(1) == '1';
      boolean slash = flags.charAt(2) == '1';
      for (String variant : VARIANTS) {
        Call call =
            KernelRuns.runAndVerify(KERNEL, variant, inputs, parameters(stride, phase, flags));
        double worst =
            Prompts.worst(
                inputs,
                call.out("o"),
                (head, i, j) ->
                    (hline && i % stride == phase)
                        || (vline && j % stride == phase)
                        || (slash && (i - j) % stride == 0)
                        || i == j);
        assertThat(worst).as("%s, %s", variant, flags).isLessThan(5e-6);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aStrideOfOneIsDense(String variant) {
    Map<String, Tensor> inputs = Prompts.inputs(72, 2, 2, 140, 16);
    for (String flags : FLAGS) {
      Call call = KernelRuns.run(KERNEL, variant, inputs, parameters(1, 0, flags));
      assertThat(Prompts.worst(inputs, call.out("o"), (h, i, j) -> true)).isLessThan(5e-6);
    }
  }

  @Test
  void theOrderOfRowsIsAPermutation() {
    AttentionShape shape = new AttentionShape(1, 1, 103, 4, true, 1);
    for (String flags : FLAGS) {
      for (int stride : new int[] {1, 2, 10, 103, 200}) {
        GridLines lines =
            new GridLines(
                stride,
                stride / 2,
                flags.charAt(0) == '1',
                flags.charAt(1) == '1',
                flags.charAt(2) == '1');
        RowOrder order = new GridIndex(shape, lines).rows(0, 103);
        assertThat(Arrays.stream(order.rows()).sorted().toArray())
            .isEqualTo(IntStream.range(0, 103).toArray());
        assertThat(order.ends()[order.groups() - 1]).isEqualTo(103);
      }
    }
  }

  @Test
  void densityCountsPairs() {
    Map<String, Tensor> inputs = Prompts.inputs(73, 1, 1, 60, 8);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, parameters(7, 3, "110"));
    Map<String, Double> metrics =
        KERNEL.metrics(call).stream().collect(Collectors.toMap(Metric::name, Metric::value));
    double pairs = 0;
    for (int i = 0; i < 60; i++) {
      for (int j = 0; j <= i; j++) {
        pairs += i % 7 == 3 || j % 7 == 3 || i == j ? 1 : 0;
      }
    }
    assertThat(metrics.get("density")).isCloseTo(pairs / 1830, within(1e-12));
    assertThat(metrics.get("recall")).isBetween(pairs / 3660, 1.0);
  }

  @Test
  void badGridsAreNamed() {
    Map<String, Tensor> inputs = Prompts.inputs(74, 1, 1, 20, 4);
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, parameters(4, 4, "111")))
        .isInstanceOf(SquallException.class)
        .hasMessage("mminference.grid: phase = 4 must be below stride = 4");
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, parameters(4, 0, "000")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("at least one must be kept");
  }
}
