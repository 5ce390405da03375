package dev.squall.kernels.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalConv1dTest {
  private static final long SEED = 44;
  private static final Map<String, String> LINEAR = Map.of("silu", "false");

  private final CausalConv1d kernel = new CausalConv1d();

  @Test
  void isInTheCatalog() {
    assertThat(KernelCatalog.load().kernel("mamba.conv1d")).isInstanceOf(CausalConv1d.class);
    assertThat(kernel.variants().stream().map(Variant::name))
        .containsExactly("simd", "loops", "reference");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void decimalDigitsShowEveryTap(String variant) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", Tensor.of(new float[] {1, 2, 3, 4, 5}, 1, 5));
    inputs.put("weight", Tensor.of(new float[] {1, 10, 100, 1000}, 1, 4));
    Call bare = KernelRuns.run(kernel, variant, inputs, LINEAR);
    assertThat(bare.out("y").toFloatArray()).containsExactly(1000, 2100, 3210, 4321, 5432);
    assertThat(bare.out("last_state").toFloatArray()).containsExactly(3, 4, 5);

    inputs.put("bias", Tensor.of(new float[] {.5f}, 1));
    inputs.put("state", Tensor.of(new float[] {7, 8, 9}, 1, 3));
    Call full = KernelRuns.run(kernel, variant, inputs, LINEAR);
    assertThat(full.out("y").toFloatArray())
        .containsExactly(1987.5f, 2198.5f, 3219.5f, 4321.5f, 5432.5f);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void appliesTheSilu(String variant) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", Tensor.of(new float[] {1, -1, 0, 30, -30}, 1, 5));
    inputs.put("weight", Tensor.of(new float[] {0, 1}, 1, 2));
    float[] y = KernelRuns.run(kernel, variant, inputs, Map.of()).out("y").toFloatArray();
    // 1 / (1 + 1/e), 1 / (1 + e), and the two ends.
    assertThat(y[0]).isCloseTo(.7310585786f, within(1e-7f));
    assertThat(y[1]).isCloseTo(-.2689414214f, within(1e-7f));
    assertThat(y[2]).isZero();
    assertThat(y[3]).isEqualTo(30);
    assertThat(y[4]).isCloseTo(-30 * 9.3576e-14f, within(1e-16f));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void agreesWithTheReferenceAtOddSizes(String variant) {
    for (int channels : new int[] {1, 3, 17}) {
      for (int length : new int[] {1, 2, 63, 64, 65, 257, 1023, 1024, 1100}) {
        for (int taps : new int[] {2, 3, 4, 9}) {
          boolean full = (length + taps) % 2 == 0;
          new Seeded(SEED, random(channels, length, taps, full, full))
              .runAndVerify(kernel, variant, full ? Map.of() : LINEAR);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void takesEveryChoiceOfOptionalInputs(String variant) {
    for (int choice = 0; choice < 4; choice++) {
      new Seeded(SEED, random(5, 7, 4, (choice & 1) == 1, (choice & 2) == 2))
          .runAndVerify(kernel, variant, Map.of());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void canBeCutAnywhere(String variant) {
    int length = 19;
    Map<String, Tensor> inputs = random(3, length, 6, true, true);
    Call whole = KernelRuns.run(kernel, variant, inputs, Map.of());
    for (int cut = 1; cut < length; cut++) {
      Map<String, Tensor> first = new HashMap<>(inputs);
      first.put("x", ScanInputs.columns(inputs.get("x"), 0, cut));
      Call left = KernelRuns.run(kernel, variant, first, Map.of());
      Map<String, Tensor> second = new HashMap<>(inputs);
      second.put("x", ScanInputs.columns(inputs.get("x"), cut, length));
      second.put("state", left.out("last_state"));
      Call right = KernelRuns.run(kernel, variant, second, Map.of());
      assertThat(ScanInputs.join(left.out("y"), right.out("y")).toFloatArray())
          .as("cut at %d, seed %d", cut, SEED)
          .containsExactly(whole.out("y").toFloatArray());
      assertThat(right.out("last_state").toFloatArray())
          .containsExactly(whole.out("last_state").toFloatArray());
    }
  }

  @Test
  void aWrongOutputIsFound() {
    Call call =
        new Seeded(SEED, random(3, 50, 4, true, true)).runAndVerify(kernel, "simd", Map.of());
    call.out("last_state").f32(4, Math.nextUp(call.out("last_state").f32(4)));
    assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void refusesWrongShapes() {
    assertInvalid(
        random(3, 5, 1, false, false),
        "mamba.conv1d: weight has W = 1 tap, at least 2 are needed (last_state would be empty)");

    Map<String, Tensor> state = random(3, 5, 4, false, false);
    state.put("state", ScanInputs.constant(0, 3, 4));
    assertInvalid(
        state, "mamba.conv1d: W-1 must be 3 for these inputs and parameters, state has 4");

    Map<String, Tensor> bias = random(3, 5, 4, false, false);
    bias.put("bias", ScanInputs.constant(0, 2));
    assertInvalid(bias, "mamba.conv1d: input bias has C = 2, but x has C = 3");
  }

  @Test
  void refusesNotANumber() {
    Map<String, Tensor> inputs = random(3, 5, 4, true, true);
    inputs.get("state").f32(5, Float.NaN);
    assertInvalid(inputs, "mamba.conv1d: input state has NaN at [1, 2]");
  }

  private void assertInvalid(Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> Call.of(kernel, inputs, Map.of()))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessage(message);
  }

  private static Map<String, Tensor> random(
      int channels, int length, int taps, boolean bias, boolean state) {
    SplittableRandom random = new SplittableRandom(SEED);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", RandomTensors.normal(random, channels, length));
    inputs.put("weight", RandomTensors.normal(random, channels, taps));
    if (bias) {
      inputs.put("bias", RandomTensors.normal(random, channels));
    }
    if (state) {
      inputs.put("state", RandomTensors.normal(random, channels, taps - 1));
    }
    return inputs;
  }
}
