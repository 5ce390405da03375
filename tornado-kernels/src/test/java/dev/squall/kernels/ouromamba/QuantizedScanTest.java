package dev.squall.kernels.ouromamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.mamba.SelectiveScan;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class QuantizedScanTest {
  private static final Kernel KERNEL = new QuantizedScan();
  private static final Map<String, String> PLAIN = Map.of("softplus", "false");

  @Test
  void everyVariantAgreesWithTheReference() {
    // Channels, states, groups, steps.
    int[][] shapes = {
      {1, 1, 1, 1},
      {2, 3, 1, 5},
      {5, 4, 1, 17},
      {17, 16, 1, 33},
      {24, 5, 3, 100},
      {301, 2, 1, 7},
      {34, 16, 2, 257}
    };
    for (int[] shape : shapes) {
      for (boolean softplus : new boolean[] {true, false}) {
        for (boolean skip : new boolean[] {true, false}) {
          long seed = Arrays.hashCode(shape);
          Map<String, Tensor> inputs = random(shape, softplus, skip, seed);
          KernelRuns.verifyAll(KERNEL, inputs, Map.of("softplus", "" + softplus), "seed " + seed);
        }
      }
    }
  }

  @Test
  void otherWidths() {
    for (int bits = 2; bits <= 7; bits++) {
      String delta = "" + bits;
      String others = "" + (9 - bits);
      Map<String, String> parameters =
          Map.of(
              "delta_bits",
              delta,
              "a_bits",
              others,
              "b_bits",
              others,
              "c_bits",
              delta,
              "d_bits",
              others);
      KernelRuns.verifyAll(
          KERNEL, random(new int[] {19, 6, 1, 40}, true, true, bits), parameters, bits + " bits");
    }
  }

  /** Operands by another road: plain loops, divisions in single precision, Math.rint. */
  @Test
  void operandsAreWhatTheirIntegersMean() {
    int[] shape = {22, 7, 2, 300};
    Map<String, Tensor> inputs = random(shape, false, true, 31);
    Map<String, String> parameters = new HashMap<>(PLAIN);
    parameters.put("a_bits", "5");
    parameters.put("b_bits", "4");
    parameters.put("delta_bits", "6");
    Call call = Call.of(KERNEL, inputs, parameters);
    Map<String, Tensor> operands = QuantizedScanSimd.operands(call);
    Map<String, Tensor> expected = dequantised(inputs, shape, 5, 4, 8, 8, 63);
    assertThat(operands.keySet()).isEqualTo(expected.keySet());
    for (String name : expected.keySet()) {
      assertThat(operands.get(name).data().mismatch(expected.get(name).data()))
          .as(name)
          .isEqualTo(-1);
    }
    // And the scan of these, by the reference of the plain scan, is the quantised scan.
    Call plain = KernelRuns.run(new SelectiveScan(), "reference", expected, PLAIN);
    Call quantised = KernelRuns.run(KERNEL, "reference", inputs, parameters);
    for (String port : List.of("y", "last_state")) {
      for (long i = 0; i < plain.out(port).elements(); i++) {
        double value = plain.out(port).f32(i);
        assertThat(Math.abs(quantised.out(port).f32(i) - value))
            .as("%s %d", port, i)
            .isLessThanOrEqualTo(1e-5 + 1e-5 * Math.abs(value));
      }
    }
  }

  /** With A = 0 and one state no exponential rounds: equal integers give equal bits. */
  @Test
  void everyVariantMakesTheSameIntegers() {
    Map<String, Tensor> inputs = new HashMap<>(random(new int[] {33, 1, 1, 500}, false, false, 6));
    inputs.put("a", Tensor.of(new float[33], 33, 1));
    Tensor simd = KernelRuns.run(KERNEL, "simd", inputs, PLAIN).out("y");
    for (String variant : List.of("tiles", "loops")) {
      Tensor y = KernelRuns.run(KERNEL, variant, inputs, PLAIN).out("y");
      assertThat(y.data().mismatch(simd.data())).as(variant).isEqualTo(-1);
    }
  }

  /** Two bits fewer make steps four times as wide, and errors of about as much more. */
  @Test
  void eightBitsAreCloseToNone() {
    Map<String, Tensor> inputs = random(new int[] {48, 16, 1, 197}, true, true, 8);
    Map<String, Tensor> plain = new HashMap<>();
    for (String name : List.of("delta", "a", "b", "c", "d")) {
      plain.put(name, inputs.get(name));
    }
    Call call = Call.of(KERNEL, inputs, Map.of());
    plain.put("u", QuantizedScanSimd.operands(call).get("u"));
    Tensor exact = KernelRuns.run(new SelectiveScan(), "simd", plain, Map.of()).out("y");
    double eight = relativeError(inputs, exact, "8");
    double six = relativeError(inputs, exact, "6");
    double four = relativeError(inputs, exact, "4");
    assertThat(eight).isLessThan(.02);
    assertThat(six).isBetween(2 * eight, 8 * eight);
    assertThat(four).isGreaterThan(2 * six);
  }

  @Test
  void equalStepsStayAsTheyAre() {
    int[] shape = {6, 2, 1, 9};
    Map<String, Tensor> inputs = new HashMap<>(random(shape, false, true, 5));
    for (int t = 0; t < 9; t++) {
      for (int channel = 0; channel < 6; channel++) {
        inputs.get("delta").f32(channel * 9 + t, .013f * (t + 1));
      }
    }
    Call call = Call.of(KERNEL, inputs, PLAIN);
    Tensor steps = QuantizedScanSimd.operands(call).get("delta");
    assertThat(steps.data().mismatch(inputs.get("delta").data())).isEqualTo(-1);
    KernelRuns.verifyAll(KERNEL, inputs, PLAIN, "equal steps");
  }

  @Test
  void zerosStayZero() {
    int[] shape = {4, 3, 1, 6};
    Map<String, Tensor> inputs = new HashMap<>(random(shape, true, true, 5));
    for (String name : List.of("a", "b", "c", "d")) {
      Tensor tensor = inputs.get(name);
      inputs.put(name, Tensor.allocate(tensor.type(), tensor.shape()));
    }
    KernelRuns.verifyAll(KERNEL, inputs, Map.of(), "zeros");
    Tensor y = KernelRuns.run(KERNEL, "simd", inputs, Map.of()).out("y");
    assertThat(y.toFloatArray()).containsOnly(0f);
  }

  /** One time step of one channel a quantisation step off: the verifier sees it. */
  @Test
  void anIntegerOffByOneIsFound() {
    int[] shape = {20, 8, 1, 30};
    Map<String, Tensor> inputs = random(shape, false, true, 3);
    Call call = Call.of(KERNEL, inputs, PLAIN);
    Map<String, Tensor> operands = QuantizedScanSimd.operands(call);
    Tensor delta = inputs.get("delta");
    float low = Float.MAX_VALUE;
    float high = 0;
    for (int channel = 0; channel < 20; channel++) {
      low = Math.min(low, delta.f32(channel * 30 + 11));
      high = Math.max(high, delta.f32(channel * 30 + 11));
    }
    Tensor steps = operands.get("delta");
    steps.f32(7 * 30 + 11, steps.f32(7 * 30 + 11) + (high - low) / 255);
    Call wrong = KernelRuns.run(new SelectiveScan(), "simd", operands, PLAIN);
    Call shown = call.withOutputs(wrong.outputs());
    assertThat(Verifier.exhaustive().verify(KERNEL, shown, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  /** The channel is the call's, not that of the tile that a thread had. */
  @Test
  void namesTokenAndChannelOfAStateThatOverflows() {
    Map<String, Tensor> inputs = new HashMap<>(random(new int[] {70, 3, 1, 6}, false, true, 1));
    inputs.get("delta").f32(66 * 6 + 2, 3e38f);
    inputs.get("q_in").i8(2 * 70 + 66, (byte) 7);
    inputs.get("q_out").i8(2 * 70 + 66, (byte) 0);
    inputs.get("outlier").i8(2 * 70 + 66, (byte) 0);
    inputs.get("inlier_scale").f32(2, 1e10f);
    inputs.get("b").f32(2, 1);
    Map<String, String> parameters = new HashMap<>(PLAIN);
    parameters.put("quantize_delta", "false");
    assertThatThrownBy(() -> KernelRuns.run(KERNEL, "simd", inputs, parameters))
        .isInstanceOf(SquallException.class)
        .hasMessageMatching(
            "ouromamba.scan: state \\d of channel 66 is not finite from token 2 .*");
  }

  @Test
  void badInputs() {
    int[] shape = {4, 3, 2, 6};
    Map<String, Tensor> positive = new HashMap<>(random(shape, true, true, 1));
    positive.get("a").f32(4, .5f);
    assertInvalid(positive, Map.of(), "input a has 0.5 at [1, 1]: A must not be positive");
    Map<String, Tensor> negative = random(shape, false, true, 1);
    negative.get("delta").f32(7, -.1f);
    assertInvalid(negative, PLAIN, "input delta has -0.1 at [1, 1]: without softplus");
    Map<String, Tensor> batch = new HashMap<>(random(shape, true, true, 1));
    for (String name : List.of("q_in", "q_out", "outlier")) {
      batch.put(name, Tensor.allocate(batch.get(name).type(), 2, 6, 4));
    }
    batch.put("outlier_scale", Tensor.allocate(ElementType.F32, 2, 6));
    assertInvalid(batch, Map.of(), "B = 2 samples, expected 1: scan them one by one");
    Map<String, Tensor> groups = random(new int[] {4, 3, 3, 6}, true, true, 1);
    assertInvalid(groups, Map.of(), "C = 4 channels cannot be shared out to G = 3 groups");
    assertInvalid(random(shape, true, true, 1), Map.of("a_bits", "9"), "a_bits = 9");
    Map<String, Tensor> masked = random(shape, true, true, 1);
    masked.get("outlier").i8(5, (byte) 3);
    assertInvalid(masked, Map.of(), "input outlier has 3 at [0, 1, 1], expected 0 or 1");
  }

  private static double relativeError(Map<String, Tensor> inputs, Tensor exact, String bits) {
    Map<String, String> parameters = new HashMap<>();
    for (String operand : List.of("delta", "a", "b", "c", "d")) {
      parameters.put(operand + "_bits", bits);
    }
    Tensor y = KernelRuns.run(KERNEL, "simd", inputs, parameters).out("y");
    double squares = 0;
    double all = 0;
    for (long i = 0; i < y.elements(); i++) {
      squares += Math.pow(y.f32(i) - exact.f32(i), 2);
      all += Math.pow(exact.f32(i), 2);
    }
    return Math.sqrt(squares / all);
  }

  private static Map<String, Tensor> dequantised(
      Map<String, Tensor> inputs,
      int[] shape,
      int aBits,
      int bBits,
      int cBits,
      int dBits,
      int levels) {
    int channels = shape[0];
    int states = shape[1];
    int groups = shape[2];
    int length = shape[3];
    Map<String, Tensor> all = new HashMap<>();
    all.put("a", symmetric(inputs.get("a"), aBits, 1, channels * states, 1));
    all.put("d", symmetric(inputs.get("d"), dBits, 1, channels, 1));
    all.put("b", symmetric(inputs.get("b"), bBits, groups, states, length));
    all.put("c", symmetric(inputs.get("c"), cBits, groups, states, length));
    Tensor delta = inputs.get("delta").copy();
    Tensor u = Tensor.allocate(ElementType.F32, channels, length);
    for (int t = 0; t < length; t++) {
      float low = delta.f32(t);
      float high = low;
      for (int channel = 0; channel < channels; channel++) {
        low = Math.min(low, delta.f32(channel * length + t));
        high = Math.max(high, delta.f32(channel * length + t));
      }
      float scale = (high - low) / levels;
      double zero = -Math.rint(low / scale);
      for (int channel = 0; channel < channels; channel++) {
        int at = channel * length + t;
        double q = Math.clamp(Math.rint(delta.f32(at) / scale) + zero, 0, levels);
        delta.f32(at, (float) (scale * (q - zero)));
        int from = t * channels + channel;
        float value =
            inputs.get("outlier").u8(from) == 1
                ? inputs.get("outlier_scale").f32(t) * inputs.get("q_out").i8(from)
                : inputs.get("inlier_scale").f32(t) * inputs.get("q_in").i8(from);
        u.f32(at, value == 0 ? 0 : value);
      }
    }
    all.put("delta", delta);
    all.put("u", u);
    return all;
  }

  /** A scale for each outer index and each inner one, over the middle axis. */
  private static Tensor symmetric(Tensor tensor, int bits, int outer, int middle, int inner) {
    int largest = (1 << (bits - 1)) - 1;
    Tensor result = tensor.copy();
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        float most = 0;
        for (int m = 0; m < middle; m++) {
          most = Math.max(most, Math.abs(tensor.f32((o * middle + m) * inner + i)));
        }
        float scale = most / largest;
        for (int m = 0; m < middle; m++) {
          int at = (o * middle + m) * inner + i;
          int integer = (int) Math.rint(tensor.f32(at) / scale);
          result.f32(at, scale * integer);
        }
      }
    }
    return result;
  }

  private static Map<String, Tensor> random(
      int[] shape, boolean softplus, boolean skip, long seed) {
    int channels = shape[0];
    int states = shape[1];
    int groups = shape[2];
    int length = shape[3];
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> activations = OutlierQuantizerTest.random(1, length, channels, seed);
    Call quantised = KernelRuns.run(new OutlierQuantizer(), "simd", activations, Map.of());
    Map<String, Tensor> inputs = new HashMap<>(quantised.outputs());
    inputs.put("inlier_scale", activations.get("inlier_scale"));
    Tensor delta = Tensor.allocate(ElementType.F32, channels, length);
    for (long i = 0; i < delta.elements(); i++) {
      double step = Math.exp(random.nextDouble(Math.log(.001), Math.log(.2)));
      delta.f32(i, (float) (softplus ? Math.log(Math.expm1(step)) : step));
    }
    Tensor a = Tensor.allocate(ElementType.F32, channels, states);
    for (int i = 0; i < channels * states; i++) {
      a.f32(i, (float) -(1 + i % states + random.nextDouble()));
    }
    inputs.put("delta", delta);
    inputs.put("a", a);
    inputs.put("b", normal(random, groups, states, length));
    inputs.put("c", normal(random, groups, states, length));
    if (skip) {
      inputs.put("d", normal(random, channels));
    }
    return inputs;
  }

  private static Tensor normal(SplittableRandom random, long... shape) {
    return RandomTensors.normal(random, shape);
  }

  private static void assertInvalid(
      Map<String, Tensor> inputs, Map<String, String> parameters, String message) {
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, parameters))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }
}
