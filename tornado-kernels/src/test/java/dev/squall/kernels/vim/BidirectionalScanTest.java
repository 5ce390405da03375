package dev.squall.kernels.vim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.mamba.SelectiveScan;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.DirectedInputs;
import dev.squall.kernels.testing.KernelRuns;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BidirectionalScanTest {
  private final BidirectionalScan kernel = new BidirectionalScan();

  @Test
  void isInTheCatalog() {
    assertThat(KernelCatalog.load().kernel("vim.bidirectional_scan"))
        .isInstanceOf(BidirectionalScan.class);
    assertThat(kernel.variants().stream().map(Variant::name))
        .containsExactly("simd", "loops", "reference");
  }

  /** The definition: flip, scan, flip back, add. */
  @ParameterizedTest
  @CsvSource({"simd,1", "simd,2", "loops,1", "loops,2", "reference,1", "reference,2"})
  void isAForwardScanPlusAFlippedOne(String variant, int sets) {
    int channels = 6;
    int length = 37;
    int states = 5;
    int groups = 2;
    Map<String, Tensor> inputs =
        DirectedInputs.random(11, sets, sets, channels, states, groups, length);
    Call both = KernelRuns.run(kernel, variant, inputs, Map.of());
    double[] sums = new double[channels * length];
    for (int k = 0; k < 2; k++) {
      IntUnaryOperator position = k == 0 ? t -> t : t -> length - 1 - t;
      Map<String, Tensor> one = new HashMap<>();
      for (String port : List.of("u", "delta")) {
        one.put(
            port,
            DirectedInputs.ordered(inputs.get(port), sets, k, length, position, channels, length));
      }
      for (String port : List.of("b", "c")) {
        one.put(
            port,
            DirectedInputs.ordered(
                inputs.get(port), sets, k, length, position, groups, states, length));
      }
      one.put("a", DirectedInputs.part(inputs.get("a"), sets, k, channels, states));
      for (String port : List.of("d", "delta_bias")) {
        one.put(port, DirectedInputs.part(inputs.get(port), sets, k, channels));
      }
      one.put(
          "z", DirectedInputs.ordered(inputs.get("z"), 1, 0, length, position, channels, length));
      Tensor y = KernelRuns.run(new SelectiveScan(), "reference", one, Map.of()).out("y");
      for (int i = 0; i < sums.length; i++) {
        sums[i / length * length + position.applyAsInt(i % length)] += y.f32(i);
      }
    }
    for (int i = 0; i < sums.length; i++) {
      assertThat((double) both.out("y").f32(i)).as("y %d", i).isCloseTo(sums[i], within(2e-5));
    }
  }

  @Test
  void agreesWithTheReferenceAtOddSizes() {
    for (int channels : new int[] {1, 3, 17, 33}) {
      for (int length : new int[] {1, 2, 15, 16, 17, 255, 256, 257, 530}) {
        int sets = 1 + (channels + length) % 2;
        KernelRuns.verifyAll(
            kernel,
            DirectedInputs.random(length, sets, sets, channels, 1 + length % 6, 1, length),
            Map.of(),
            "C=%d L=%d K=%d".formatted(channels, length, sets));
      }
    }
  }

  /** Packed projections are for a span of steps; states and positions go on behind it. */
  @Test
  void simdCrossesSpans() {
    for (int length : new int[] {16384, 16385, 33000}) {
      KernelRuns.runAndVerify(
          kernel, "simd", DirectedInputs.random(length, 2, 2, 3, 2, 1, length), Map.of());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void takesEveryChoiceOfOptionalInputs(String variant) {
    List<String> optional = List.of("d", "z", "delta_bias");
    for (int choice = 0; choice < 8; choice++) {
      Map<String, Tensor> inputs = DirectedInputs.random(choice, 2, 2, 9, 4, 3, 21);
      for (int i = 0; i < 3; i++) {
        if ((choice >> i & 1) == 0) {
          inputs.remove(optional.get(i));
        }
      }
      KernelRuns.runAndVerify(kernel, variant, inputs, Map.of());
      inputs.remove("delta_bias");
      Tensor delta = inputs.get("delta");
      for (long i = 0; i < delta.elements(); i++) {
        delta.f32(i, Math.abs(delta.f32(i)));
      }
      KernelRuns.runAndVerify(kernel, variant, inputs, Map.of("softplus", "false"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void withSharedOperandsReversedInputGivesReversedOutput(String variant) {
    int length = 300;
    Map<String, Tensor> inputs = DirectedInputs.random(3, 1, 1, 7, 3, 1, length);
    Map<String, Tensor> flipped = new LinkedHashMap<>(inputs);
    for (String port : List.of("u", "delta", "b", "c", "z")) {
      Tensor tensor = inputs.get(port);
      flipped.put(
          port, DirectedInputs.ordered(tensor, 1, 0, length, t -> length - 1 - t, tensor.shape()));
    }
    Tensor forth = KernelRuns.run(kernel, variant, inputs, Map.of()).out("y");
    Tensor back = KernelRuns.run(kernel, variant, flipped, Map.of()).out("y");
    Tensor expected =
        DirectedInputs.ordered(forth, 1, 0, length, t -> length - 1 - t, forth.shape());
    for (long i = 0; i < expected.elements(); i++) {
      assertThat(back.f32(i)).isCloseTo(expected.f32(i), within(1e-5f));
    }
  }

  @Test
  void loopsRefuseMoreStatesThanTheyHold() {
    Call call = Call.of(kernel, DirectedInputs.random(1, 1, 1, 2, 65, 1, 3), Map.of());
    assertThat(kernel.variant("loops").supports(call.sizes(), DeviceTraits.HOST).refusal())
        .contains("N = 65 states, arrays are laid out for 64");
  }

  @Test
  void refusesWrongInputs() {
    assertInvalid(
        DirectedInputs.random(1, 3, 3, 4, 2, 1, 5),
        "vim.bidirectional_scan: K = 3 sets of operands, expected 2, or 1 for both directions");
    assertInvalid(
        DirectedInputs.random(1, 2, 2, 5, 2, 2, 5),
        "vim.bidirectional_scan: C = 5 channels cannot be shared out to G = 2 groups");
    Map<String, Tensor> positive = DirectedInputs.random(1, 2, 2, 4, 2, 1, 5);
    positive.get("a").f32(9, 1);
    assertInvalid(
        positive,
        "vim.bidirectional_scan: input a has 1.0 at [1, 0, 1]: A must not be positive"
            + " (is it −A, or its logarithm?)");
    Map<String, Tensor> overflow = DirectedInputs.random(1, 1, 1, 4, 2, 1, 5);
    overflow.get("delta").f32(7, Float.MAX_VALUE);
    overflow.put("delta_bias", Tensor.allocate(ElementType.F32, 1, 4));
    overflow.get("delta_bias").f32(1, Float.MAX_VALUE);
    assertInvalid(
        overflow,
        "vim.bidirectional_scan: input delta has 3.4028235E38 at [0, 1, 2]: delta + delta_bias"
            + " overflows");
  }

  private void assertInvalid(Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> Call.of(kernel, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage(message);
  }
}
