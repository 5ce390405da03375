package dev.squall.kernels.vmamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.mamba.SelectiveScan;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.DirectedInputs;
import dev.squall.kernels.testing.KernelRuns;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossScanTest {
  private final CrossScan kernel = new CrossScan();

  @Test
  void isInTheCatalog() {
    assertThat(KernelCatalog.load().kernel("vmamba.cross_scan")).isInstanceOf(CrossScan.class);
    assertThat(kernel.variants().stream().map(Variant::name))
        .containsExactly("simd", "loops", "reference");
  }

  /** Merging what the cross-scan splits gives four times the input, exactly. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void splittingAndMergingGivesFourTimesTheInput(String variant) {
    Map<String, Tensor> inputs = inputs(5, 19, 3, 1, 7, 21);
    inputs.remove("z");
    inputs.get("c").data().fill((byte) 0);
    for (long i = 0; i < inputs.get("d").elements(); i++) {
      inputs.get("d").f32(i, 1);
    }
    Tensor y = KernelRuns.run(kernel, variant, inputs, Map.of()).out("y");
    for (long i = 0; i < y.elements(); i++) {
      assertThat(y.f32(i)).isEqualTo(4 * inputs.get("u").f32(i));
    }
  }

  /** The definition with copies: four sequences, four scans, merged where they belong. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void isFourScansOfCopies(String variant) {
    int channels = 4;
    int states = 3;
    int groups = 2;
    int height = 5;
    int width = 9;
    int length = height * width;
    Map<String, Tensor> inputs = inputs(6, channels, states, groups, height, width);
    inputs.remove("z");
    Tensor y = KernelRuns.run(kernel, variant, inputs, Map.of()).out("y");
    double[] sums = new double[channels * length];
    IntUnaryOperator columns = t -> t % height * width + t / height;
    List<IntUnaryOperator> orders =
        List.of(t -> t, columns, t -> length - 1 - t, t -> columns.applyAsInt(length - 1 - t));
    for (int k = 0; k < 4; k++) {
      IntUnaryOperator order = orders.get(k);
      Map<String, Tensor> one = new HashMap<>();
      one.put("u", DirectedInputs.ordered(inputs.get("u"), 1, 0, length, order, channels, length));
      one.put(
          "delta",
          DirectedInputs.ordered(inputs.get("delta"), 4, k, length, order, channels, length));
      for (String port : List.of("b", "c")) {
        one.put(
            port,
            DirectedInputs.ordered(inputs.get(port), 4, k, length, order, groups, states, length));
      }
      one.put("a", DirectedInputs.part(inputs.get("a"), 4, k, channels, states));
      for (String port : List.of("d", "delta_bias")) {
        one.put(port, DirectedInputs.part(inputs.get(port), 4, k, channels));
      }
      Tensor part = KernelRuns.run(new SelectiveScan(), "reference", one, Map.of()).out("y");
      for (int i = 0; i < sums.length; i++) {
        sums[i / length * length + order.applyAsInt(i % length)] += part.f32(i);
      }
    }
    for (int i = 0; i < sums.length; i++) {
      assertThat((double) y.f32(i)).as("y %d", i).isCloseTo(sums[i], within(2e-5));
    }
  }

  @Test
  void agreesWithTheReferenceAtOddSizes() {
    int[][] planes = {{1, 1}, {1, 40}, {40, 1}, {3, 5}, {16, 16}, {17, 15}, {31, 33}, {14, 14}};
    for (int[] plane : planes) {
      for (int channels : new int[] {1, 17}) {
        KernelRuns.verifyAll(
            kernel,
            inputs(plane[0] + channels, channels, 5, 1, plane[0], plane[1]),
            Map.of(),
            "C=%d %d×%d".formatted(channels, plane[0], plane[1]));
      }
    }
  }

  /** Tall planes are walked a column at a time, and a column in parts. */
  @Test
  void simdTakesTallPlanes() {
    KernelRuns.runAndVerify(kernel, "simd", inputs(1, 3, 2, 1, 1030, 3), Map.of());
    KernelRuns.runAndVerify(kernel, "simd", inputs(2, 3, 2, 1, 200, 100), Map.of());
  }

  @Test
  void withoutGateAndSoftplus() {
    Map<String, Tensor> inputs = inputs(9, 18, 4, 2, 6, 11);
    inputs.remove("z");
    inputs.remove("delta_bias");
    Tensor delta = inputs.get("delta");
    for (long i = 0; i < delta.elements(); i++) {
      delta.f32(i, Math.abs(delta.f32(i)));
    }
    KernelRuns.verifyAll(kernel, inputs, Map.of("softplus", "false"), "raw steps");
  }

  @Test
  void refusesWrongInputs() {
    Map<String, Tensor> three = DirectedInputs.random(1, 3, 0, 4, 2, 1, 3, 3);
    assertThatThrownBy(() -> Call.of(kernel, three, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage("vmamba.cross_scan: K = 3 sets of operands, expected 4");
    Map<String, Tensor> positive = inputs(1, 4, 2, 1, 3, 3);
    positive.get("a").f32(17, .5f);
    assertThatThrownBy(() -> Call.of(kernel, positive, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input a has 0.5 at [2, 0, 1]");
  }

  private static Map<String, Tensor> inputs(
      long seed, int channels, int states, int groups, int height, int width) {
    return DirectedInputs.random(seed, 4, 0, channels, states, groups, height, width);
  }
}
