package dev.squall.kernels.ouromamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MixedLinearTest {
  private static final Kernel KERNEL = new MixedLinear();
  private static final List<String> VARIANTS = List.of("simd", "tiles", "loops");

  @Test
  void everyVariantAgreesWithTheReference() {
    int[][] shapes = {
      {1, 1, 1, 1},
      {1, 1, 7, 3},
      {2, 3, 16, 64},
      {1, 13, 17, 65},
      {3, 5, 31, 33},
      {1, 97, 48, 130},
      {2, 95, 33, 31},
      {1, 197, 65, 100}
    };
    for (int[] shape : shapes) {
      for (double share : new double[] {0, .03, 1}) {
        long seed = Arrays.hashCode(shape);
        KernelRuns.verifyAll(
            KERNEL,
            random(shape[0], shape[1], shape[2], shape[3], share, seed),
            Map.of(),
            "outliers %s seed %d".formatted(share, seed));
      }
    }
  }

  /** Scales of 1 show one integer sum, and the other where the first is of zeros. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops"})
  void integerSumsAreExact(String variant) {
    long seed = 19;
    int tokens = 29;
    int channels = 509;
    int outputs = 71;
    Map<String, Tensor> inputs = new HashMap<>(random(1, tokens, channels, outputs, .1, seed));
    inputs.put("weight_scale", ones(outputs));
    for (String side : List.of("q_in", "q_out")) {
      inputs.put("inlier_scale", ones(tokens));
      if (side.equals("q_out")) {
        byte[] none = new byte[tokens * channels];
        inputs.put("q_in", Tensor.of(ElementType.I8, none, 1, tokens, channels));
      }
      inputs.put(
          "outlier_scale", (side.equals("q_in") ? zeros(tokens) : ones(tokens)).reshape(1, tokens));
      Tensor y = KernelRuns.run(KERNEL, variant, inputs, Map.of()).out("y");
      for (int token = 0; token < tokens; token++) {
        for (int m = 0; m < outputs; m++) {
          long sum = sum(inputs, side, token, m, channels);
          assertThat((double) y.f32((long) token * outputs + m))
              .as("%s %s token %d output %d seed %d", variant, side, token, m, seed)
              .isEqualTo((double) sum);
        }
      }
    }
  }

  /** Sums far beyond 2²⁴, in depths around the part that single precision holds. */
  @ParameterizedTest
  @CsvSource({
    "4,18723", "4,18724", "4,18725", "4,40001", "8,1031", "8,1032", "8,1033", "8,5000", "2,70000"
  })
  void longSumsAreExact(int bits, int channels) {
    int largest = (1 << (bits - 1)) - 1;
    byte[] in = new byte[2 * channels];
    byte[] weight = new byte[3 * channels];
    Arrays.fill(in, (byte) -128);
    SplittableRandom random = new SplittableRandom(channels);
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (byte) (largest - (i < channels ? 0 : random.nextInt(2)));
    }
    Map<String, Tensor> inputs =
        Map.of(
            "q_in", Tensor.of(ElementType.I8, in, 1, 2, channels),
            "q_out", Tensor.of(ElementType.I8, new byte[in.length], 1, 2, channels),
            "outlier", Tensor.of(ElementType.U8, new byte[in.length], 1, 2, channels),
            "outlier_scale", zeros(2).reshape(1, 2),
            "inlier_scale", ones(2),
            "weight", Tensor.of(ElementType.I8, weight, 3, channels),
            "weight_scale", ones(3));
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of("weight_bits", "" + bits));
    for (int m = 0; m < 3; m++) {
      long sum = sum(inputs, "q_in", 1, m, channels);
      assertThat(call.out("y").f32(3 + m)).isEqualTo((float) sum);
    }
    assertThat(Math.abs(sum(inputs, "q_in", 0, 0, channels))).isEqualTo(128L * largest * channels);
  }

  /** Without outliers it is the plain static product of 4-bit integers. */
  @Test
  void withoutOutliers() {
    Map<String, Tensor> inputs = new HashMap<>(random(1, 11, 37, 13, 0, 4));
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    for (int token = 0; token < 11; token++) {
      for (int m = 0; m < 13; m++) {
        float product = inputs.get("inlier_scale").f32(token) * sum(inputs, "q_in", token, m, 37);
        assertThat(call.out("y").f32(token * 13 + m))
            .isEqualTo(inputs.get("weight_scale").f32(m) * product);
      }
    }
  }

  /** The product of what the quantiser makes is that of the dequantised activations. */
  @Test
  void afterTheQuantizer() {
    Map<String, Tensor> activations = OutlierQuantizerTest.random(2, 23, 61, 12);
    Call quantized = KernelRuns.run(new OutlierQuantizer(), "simd", activations, Map.of());
    Map<String, Tensor> inputs = new HashMap<>(random(2, 23, 61, 9, 0, 6));
    inputs.putAll(quantized.outputs());
    inputs.put("inlier_scale", activations.get("inlier_scale"));
    KernelRuns.verifyAll(KERNEL, inputs, Map.of(), "quantised");
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    for (int token = 0; token < 46; token++) {
      for (int m = 0; m < 9; m++) {
        double exact = 0;
        double bound = 0;
        for (int c = 0; c < 61; c++) {
          long i = token * 61L + c;
          double scale = inputs.get("inlier_scale").f32(token % 23);
          double large = inputs.get("outlier_scale").f32(token);
          double w = inputs.get("weight").i8(m * 61L + c) * inputs.get("weight_scale").f32(m);
          double value = scale * inputs.get("q_in").i8(i) + large * inputs.get("q_out").i8(i);
          exact += w * value;
          bound += Math.abs(w * value);
        }
        assertThat(Math.abs(call.out("y").f32(token * 9L + m) - exact)).isLessThan(1e-6 * bound);
      }
    }
  }

  @Test
  void everyVariantGivesTheSameBits() {
    Map<String, Tensor> inputs = random(2, 53, 127, 77, .05, 21);
    Tensor simd = KernelRuns.run(KERNEL, "simd", inputs, Map.of()).out("y");
    for (String variant : VARIANTS) {
      Tensor y = KernelRuns.run(KERNEL, variant, inputs, Map.of()).out("y");
      assertThat(y.data().mismatch(simd.data())).as(variant).isEqualTo(-1);
    }
  }

  @Test
  void aSumOffByOneIsFound() {
    Map<String, Tensor> inputs = random(1, 3, 20, 4, .1, 2);
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    float step = inputs.get("weight_scale").f32(2) * inputs.get("inlier_scale").f32(1);
    call.out("y").f32(4 + 2, call.out("y").f32(4 + 2) + step);
    assertThat(Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void takesWeightsOfEightBits() {
    Map<String, Tensor> inputs = new HashMap<>(random(2, 9, 1100, 40, .1, 8));
    SplittableRandom random = new SplittableRandom(8);
    for (long i = 0; i < inputs.get("weight").elements(); i++) {
      inputs.get("weight").i8(i, (byte) random.nextInt(-127, 128));
    }
    KernelRuns.verifyAll(KERNEL, inputs, Map.of("weight_bits", "8"), "eight bits");
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of("weight_bits", "7")))
        .hasMessageContaining("expected -63 to 63");
  }

  @Test
  void badInputs() {
    assertInvalid("weight", 5, 8, "input weight has 8 at [1, 1], expected -7 to 7");
    assertInvalid("weight", 5, -8, "input weight has -8 at [1, 1], expected -7 to 7");
    assertInvalid("outlier", 6, 2, "input outlier has 2 at [0, 1, 2], expected 0 or 1");
    assertInvalid("q_out", 6, 3, "input q_out has 3 at [0, 1, 2], expected 0 where outlier is 0");
    Map<String, Tensor> inputs = random(1, 2, 4, 3, 1, 1);
    inputs.get("q_in").i8(6, (byte) -1);
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of()))
        .hasMessageContaining("input q_in has -1 at [0, 1, 2], expected 0 where outlier is 1");
  }

  @Test
  void scalesArePositive() {
    assertInvalidScale("inlier_scale", 1, 0, "input inlier_scale has 0.0 at [1], expected ");
    assertInvalidScale("weight_scale", 2, 0, "input weight_scale has 0.0 at [2], expected ");
    assertInvalidScale("weight_scale", 0, -1, "input weight_scale has -1.0 at [0], expected ");
    assertInvalidScale(
        "outlier_scale", 1, -2, "input outlier_scale has -2.0 at [0, 1], expected 0");
  }

  private static void assertInvalidScale(String port, long index, float value, String message) {
    Map<String, Tensor> inputs = random(1, 2, 4, 3, 0, 1);
    inputs.get(port).f32(index, value);
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of())).hasMessageContaining(message);
  }

  private static void assertInvalid(String port, long index, int value, String message) {
    Map<String, Tensor> inputs = random(1, 2, 4, 3, 0, 1);
    inputs.get(port).i8(index, (byte) value);
    assertThatThrownBy(() -> Call.of(KERNEL, inputs, Map.of()))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }

  private static long sum(Map<String, Tensor> inputs, String side, int token, int m, int channels) {
    long sum = 0;
    for (int c = 0; c < channels; c++) {
      sum +=
          (long) inputs.get("weight").i8((long) m * channels + c)
              * inputs.get(side).i8((long) token * channels + c);
    }
    return sum;
  }

  private static Map<String, Tensor> random(
      int samples, int steps, int channels, int outputs, double share, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int elements = samples * steps * channels;
    byte[] in = new byte[elements];
    byte[] out = new byte[elements];
    byte[] outlier = new byte[elements];
    for (int i = 0; i < elements; i++) {
      if (random.nextDouble() < share) {
        outlier[i] = 1;
        out[i] = (byte) random.nextInt(-127, 128);
      } else {
        in[i] = (byte) random.nextInt(-7, 8);
      }
    }
    byte[] weight = new byte[outputs * channels];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = (byte) random.nextInt(-7, 8);
    }
    return Map.of(
        "q_in", Tensor.of(ElementType.I8, in, samples, steps, channels),
        "q_out", Tensor.of(ElementType.I8, out, samples, steps, channels),
        "outlier", Tensor.of(ElementType.U8, outlier, samples, steps, channels),
        "outlier_scale", positive(random, samples * steps).reshape(samples, steps),
        "inlier_scale", positive(random, steps),
        "weight", Tensor.of(ElementType.I8, weight, outputs, channels),
        "weight_scale", positive(random, outputs));
  }

  private static Tensor positive(SplittableRandom random, int count) {
    Tensor tensor = Tensor.allocate(ElementType.F32, count);
    for (int i = 0; i < count; i++) {
      tensor.f32(i, (float) random.nextDouble(.01, .1));
    }
    return tensor;
  }

  private static Tensor ones(int count) {
    float[] values = new float[count];
    Arrays.fill(values, 1);
    return Tensor.of(values, count);
  }

  private static Tensor zeros(int count) {
    return Tensor.of(new float[count], count);
  }
}
