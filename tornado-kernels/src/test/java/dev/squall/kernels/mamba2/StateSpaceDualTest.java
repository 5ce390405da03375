package dev.squall.kernels.mamba2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.mamba.SelectiveScan;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateSpaceDualTest {
  private final StateSpaceDual kernel = new StateSpaceDual();

  @Test
  void isInTheCatalog() {
    assertThat(KernelCatalog.load().kernel("mamba2.ssd")).isInstanceOf(StateSpaceDual.class);
    assertThat(kernel.variants().stream().map(Variant::name))
        .containsExactly("simd", "loops", "reference");
  }

  /** With the decays of all states alike, Mamba-1's scan of P channels is the same recurrence. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void isMambaOnesScanWithOneRateForAHead(String variant) {
    int length = 53;
    int heads = 4;
    int width = 3;
    int groups = 2;
    int states = 5;
    Map<String, Tensor> inputs = random(7, length, heads, width, groups, states);
    Call dual = KernelRuns.run(kernel, variant, inputs, Map.of("chunk", "16"));
    int channels = heads * width;
    Map<String, Tensor> scan = new HashMap<>();
    scan.put("u", turned(inputs.get("x"), length, channels));
    Tensor delta = Tensor.allocate(ElementType.F32, channels, length);
    Tensor a = Tensor.allocate(ElementType.F32, channels, states);
    Tensor d = Tensor.allocate(ElementType.F32, channels);
    for (int ch = 0; ch < channels; ch++) {
      for (int t = 0; t < length; t++) {
        delta.f32((long) ch * length + t, inputs.get("dt").f32((long) t * heads + ch / width));
      }
      for (int n = 0; n < states; n++) {
        a.f32((long) ch * states + n, inputs.get("a").f32(ch / width));
      }
      d.f32(ch, inputs.get("d").f32(ch / width));
    }
    scan.put("delta", delta);
    scan.put("a", a);
    scan.put("d", d);
    scan.put("h0", inputs.get("h0").reshape(channels, states));
    for (String port : List.of("b", "c")) {
      scan.put(
          port, turned(inputs.get(port), length, groups * states).reshape(groups, states, length));
    }
    Call one = KernelRuns.run(new SelectiveScan(), "reference", scan, Map.of("softplus", "false"));
    Tensor y = turned(one.out("y"), channels, length);
    for (long i = 0; i < y.elements(); i++) {
      assertThat(dual.out("y").f32(i)).as("y %d", i).isCloseTo(y.f32(i), within(2e-5f));
    }
    for (long i = 0; i < (long) channels * states; i++) {
      assertThat(dual.out("last_state").f32(i))
          .isCloseTo(one.out("last_state").f32(i), within(1e-5f));
    }
  }

  /** One head, one channel, one state: h = ½ h + x, y = h. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void halvesItsState(String variant) {
    Map<String, Tensor> inputs = new HashMap<>();
    inputs.put("x", Tensor.of(new float[] {8, 0, 0, 4, 0}, 5, 1, 1));
    inputs.put("dt", Tensor.of(new float[] {1, 1, 1, 1, 2}, 5, 1));
    inputs.put("a", Tensor.of(new float[] {(float) -Math.log(2)}, 1));
    inputs.put("b", Tensor.of(new float[] {1, 1, 1, 1, 1}, 5, 1, 1));
    inputs.put("c", Tensor.of(new float[] {1, 1, 1, 1, 2}, 5, 1, 1));
    for (String chunk : List.of("1", "2", "3", "256")) {
      Call call = KernelRuns.run(kernel, variant, inputs, Map.of("chunk", chunk));
      float[] y = call.out("y").toFloatArray();
      float[] expected = {8, 4, 2, 5, 2.5f};
      for (int t = 0; t < 5; t++) {
        assertThat(y[t]).as("chunk %s, step %d", chunk, t).isCloseTo(expected[t], within(2e-6f));
      }
      assertThat(call.out("last_state").f32(0)).isCloseTo(1.25f, within(1e-6f));
    }
  }

  @Test
  void agreesWithTheReferenceAtOddSizes() {
    int[][] shapes = {
      {1, 1, 1, 1, 1},
      {2, 3, 5, 3, 4},
      {63, 2, 17, 1, 16},
      {64, 2, 64, 2, 8},
      {65, 4, 65, 2, 33},
      {130, 2, 7, 1, 128}
    };
    for (int[] s : shapes) {
      for (String chunk : List.of("1", "31", "64", "256")) {
        KernelRuns.verifyAll(
            kernel,
            random(s[0] + s[2], s[0], s[1], s[2], s[3], s[4]),
            Map.of("chunk", chunk),
            "chunk " + chunk);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void canBeCutAnywhereAndDecodesStepByStep(String variant) {
    int length = 21;
    Map<String, Tensor> inputs = random(3, length, 2, 5, 1, 4);
    Call whole = KernelRuns.run(kernel, variant, inputs, Map.of("chunk", "8"));
    Map<String, Tensor> step = new HashMap<>(inputs);
    for (int t = 0; t < length; t++) {
      for (String port : List.of("x", "dt", "b", "c")) {
        step.put(port, steps(inputs.get(port), t, 1));
      }
      Call one = KernelRuns.runAndVerify(kernel, variant, step, Map.of());
      step.put("h0", one.out("last_state"));
      for (int i = 0; i < 10; i++) {
        assertThat(one.out("y").f32(i)).isCloseTo(whole.out("y").f32(10L * t + i), within(2e-5f));
      }
    }
    for (int i = 0; i < 40; i++) {
      assertThat(step.get("h0").f32(i)).isCloseTo(whole.out("last_state").f32(i), within(1e-5f));
    }
  }

  /** Long sums of exponents, of which differences are needed. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void keepsTheDigitsOfShortSpansLateInAChunk(String variant) {
    Map<String, Tensor> inputs = random(5, 512, 1, 4, 1, 3);
    for (int i = 0; i < 512; i++) {
      inputs.get("dt").f32(i, i < 400 ? 100 : 1e-3f);
    }
    inputs.get("a").f32(0, -1);
    KernelRuns.runAndVerify(kernel, variant, inputs, Map.of("chunk", "512"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void takesEveryChoiceOfOptionalInputs(String variant) {
    for (int choice = 0; choice < 4; choice++) {
      Map<String, Tensor> inputs = random(choice, 40, 2, 9, 1, 6);
      if ((choice & 1) == 0) {
        inputs.remove("d");
      }
      if ((choice & 2) == 0) {
        inputs.remove("h0");
      }
      KernelRuns.runAndVerify(kernel, variant, inputs, Map.of("chunk", "16"));
    }
  }

  @Test
  void aWrongOutputIsFound() {
    Call call =
        KernelRuns.runAndVerify(kernel, "simd", random(1, 70, 2, 5, 1, 4), Map.of("chunk", "16"));
    call.out("y").f32(333, call.out("y").f32(333) + 3e-4f);
    assertThat(Verifier.exhaustive().verify(kernel, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void refusesWrongInputs() {
    assertInvalid(
        random(1, 3, 3, 2, 2, 2), "mamba2.ssd: H = 3 heads cannot be shared out to G = 2 groups");
    Map<String, Tensor> rate = random(1, 3, 2, 2, 1, 2);
    rate.get("a").f32(1, .25f);
    assertInvalid(
        rate,
        "mamba2.ssd: input a has 0.25 at [1]: A must not be positive"
            + " (is it −A, or its logarithm?)");
    Map<String, Tensor> step = random(1, 3, 2, 2, 1, 2);
    step.get("dt").f32(3, -1);
    assertInvalid(
        step,
        "mamba2.ssd: input dt has -1.0 at [1, 1]: a time step must not be negative"
            + " (is the softplus missing?)");
    Map<String, Tensor> state = random(1, 3, 2, 2, 1, 2);
    state.get("h0").f32(5, Float.NaN);
    assertInvalid(state, "mamba2.ssd: input h0 has NaN at [1, 0, 1]");
  }

  private void assertInvalid(Map<String, Tensor> inputs, String message) {
    assertThatThrownBy(() -> Call.of(kernel, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage(message);
  }

  private static Map<String, Tensor> random(
      long seed, int length, int heads, int width, int groups, int states) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("x", RandomTensors.normal(random, length, heads, width));
    Tensor dt = Tensor.allocate(ElementType.F32, length, heads);
    for (long i = 0; i < dt.elements(); i++) {
      dt.f32(i, (float) (.3 * random.nextDouble()));
    }
    inputs.put("dt", dt);
    Tensor a = Tensor.allocate(ElementType.F32, heads);
    for (long i = 0; i < heads; i++) {
      a.f32(i, (float) (-8 * random.nextDouble()));
    }
    inputs.put("a", a);
    inputs.put("b", RandomTensors.normal(random, length, groups, states));
    inputs.put("c", RandomTensors.normal(random, length, groups, states));
    inputs.put("d", RandomTensors.normal(random, heads));
    inputs.put("h0", RandomTensors.normal(random, heads, width, states));
    return inputs;
  }

  /** [rows, columns] with its axes exchanged. */
  private static Tensor turned(Tensor tensor, int rows, int columns) {
    Tensor turned = Tensor.allocate(ElementType.F32, columns, rows);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        turned.f32((long) column * rows + row, tensor.f32((long) row * columns + column));
      }
    }
    return turned;
  }

  private static Tensor steps(Tensor tensor, int from, int count) {
    long[] shape = tensor.shape();
    long row = tensor.elements() / shape[0];
    shape[0] = count;
    Tensor part = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < part.elements(); i++) {
      part.f32(i, tensor.f32(from * row + i));
    }
    return part;
  }
}
