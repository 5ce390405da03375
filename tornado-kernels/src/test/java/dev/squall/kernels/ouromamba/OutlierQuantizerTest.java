package dev.squall.kernels.ouromamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutlierQuantizerTest {
  private static final Kernel KERNEL = new OutlierQuantizer();
  private static final List<String> OUTPUTS = List.of("q_in", "q_out", "outlier", "outlier_scale");

  /**
   * D = 16, L = 3: x = .1 sin(.7c + l), with 2.5 more at c = 5 from l = 1 and −3 at c = 11, l = 2.
   */
  private static Map<String, Tensor> golden() {
    float[] x = new float[3 * 16];
    for (int l = 0; l < 3; l++) {
      for (int c = 0; c < 16; c++) {
        double value = .1 * Math.sin(.7 * c + l);
        value += c == 5 && l >= 1 ? 2.5 : 0;
        value -= c == 11 && l == 2 ? 3 : 0;
        x[l * 16 + c] = (float) value;
      }
    }
    float[] scales = new float[3];
    Arrays.fill(scales, .1f / 7);
    return Map.of("x", Tensor.of(x, 1, 3, 16), "inlier_scale", Tensor.of(scales, 3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void goldenValues(String variant) {
    Map<String, Tensor> inputs = golden();
    Call call = KernelRuns.run(KERNEL, variant, inputs, Map.of());
    assertThat(outliers(call, 0)).isEmpty();
    assertThat(outliers(call, 1)).containsExactly(5);
    assertThat(outliers(call, 2)).containsExactly(5, 11);
    assertThat(call.out("outlier_scale").f32(0)).isZero();
    assertThat((double) call.out("outlier_scale").f32(1)).isCloseTo(.0189153306, within(5e-9));
    assertThat((double) call.out("outlier_scale").f32(2)).isCloseTo(.0238360320, within(5e-9));
    assertThat((int) call.out("q_out").i8(16 + 5)).isEqualTo(127);
    assertThat((int) call.out("q_out").i8(32 + 5)).isEqualTo(102);
    assertThat((int) call.out("q_out").i8(32 + 11)).isEqualTo(-127);
    int[] inliers = new int[16];
    for (int c = 0; c < 16; c++) {
      inliers[c] = call.out("q_in").i8(32 + c);
    }
    assertThat(inliers).containsExactly(6, 3, -2, -6, -7, 0, -1, 4, 7, 6, 3, 0, -6, -7, -5, 0);
    double[] maxErrors = {.00701, .00547, .00663};
    for (int l = 0; l < 3; l++) {
      assertThat(maxError(call, l)).as("step " + l).isCloseTo(maxErrors[l], within(5e-6));
    }
  }

  /** What triggers detection: the largest magnitude outside the list, in units of the scale. */
  @Test
  void goldenExcess() {
    float[] x = golden().get("x").toFloatArray();
    double[] expected = {.014117, .343178, .432454};
    List<List<Integer>> listedBefore = List.of(List.of(), List.of(), List.of(5));
    for (int l = 0; l < 3; l++) {
      double largest = 0;
      for (int c = 0; c < 16; c++) {
        largest =
            listedBefore.get(l).contains(c) ? largest : Math.max(largest, Math.abs(x[l * 16 + c]));
      }
      assertThat(largest / 7).isCloseTo(expected[l], within(5e-7));
      // A scale just below triggers, one just above does not: then the list stays as it was.
      for (double factor : new double[] {.9999, 1.0001}) {
        float[] scales = new float[3];
        Arrays.fill(scales, .1f / 7);
        scales[l] = (float) (largest / 7 * factor);
        Map<String, Tensor> inputs =
            Map.of("x", golden().get("x"), "inlier_scale", Tensor.of(scales, 3));
        Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
        int listed = outliers(call, l).size();
        int joining = l == 0 ? 0 : 1;
        assertThat(listed)
            .as("step " + l + " factor " + factor)
            .isEqualTo(listedBefore.get(l).size() + (factor < 1 ? joining : 0));
      }
    }
  }

  @Test
  void everyVariantAgreesWithTheReference() {
    int[][] shapes = {
      {1, 1, 1},
      {2, 3, 1},
      {1, 10, 2},
      {1, 10, 16},
      {2, 11, 17},
      {3, 25, 33},
      {1, 21, 127},
      {2, 9, 129},
      {1, 31, 500}
    };
    for (int[] shape : shapes) {
      for (int refresh : new int[] {1, 3, 10, 100}) {
        long seed = Arrays.hashCode(shape) + refresh;
        Map<String, Tensor> inputs = random(shape[0], shape[1], shape[2], seed);
        KernelRuns.verifyAll(
            KERNEL,
            inputs,
            Map.of("refresh", "" + refresh, "sigma", "2.5"),
            "shape %s refresh %d seed %d".formatted(Arrays.toString(shape), refresh, seed));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5, 8})
  void otherWidths(int bits) {
    Map<String, Tensor> inputs = random(2, 13, 67, bits);
    Map<String, String> parameters = Map.of("inlier_bits", "" + bits, "outlier_bits", "" + bits);
    KernelRuns.verifyAll(KERNEL, inputs, parameters, bits + " bits");
    Call call = KernelRuns.run(KERNEL, "simd", inputs, parameters);
    int largest = (1 << (bits - 1)) - 1;
    int seen = 0;
    for (long i = 0; i < call.out("q_in").elements(); i++) {
      seen = Math.max(seen, Math.abs(call.out("q_in").i8(i)));
      seen = Math.max(seen, Math.abs(call.out("q_out").i8(i)));
    }
    assertThat(seen).isEqualTo(largest);
  }

  /** Not only within what the verifier would accept as a tie: the very same bytes. */
  @Test
  void everyVariantGivesTheSameBits() {
    long seed = 77;
    Map<String, Tensor> inputs = random(3, 47, 301, seed);
    Call expected = KernelRuns.run(KERNEL, "reference", inputs, Map.of());
    assertThat(outlierCount(expected)).isGreaterThan(100);
    for (String variant : List.of("simd", "tiles", "loops")) {
      Call call = KernelRuns.run(KERNEL, variant, inputs, Map.of());
      for (String port : OUTPUTS) {
        assertThat(call.out(port).data().mismatch(expected.out(port).data()))
            .as("%s %s, seed %d", variant, port, seed)
            .isEqualTo(-1);
      }
    }
  }

  /** A sample's result does not depend on the others of its batch. */
  @Test
  void samplesAreIndependent() {
    Map<String, Tensor> both = random(2, 23, 41, 3);
    Call batch = KernelRuns.run(KERNEL, "simd", both, Map.of());
    float[] x = both.get("x").toFloatArray();
    int size = 23 * 41;
    for (int sample = 0; sample < 2; sample++) {
      float[] own = Arrays.copyOfRange(x, sample * size, (sample + 1) * size);
      Call alone =
          KernelRuns.run(
              KERNEL,
              "simd",
              Map.of("x", Tensor.of(own, 1, 23, 41), "inlier_scale", both.get("inlier_scale")),
              Map.of());
      for (String port : OUTPUTS) {
        long bytes = alone.out(port).bytes();
        assertThat(
                batch
                    .out(port)
                    .data()
                    .asSlice(sample * bytes, bytes)
                    .mismatch(alone.out(port).data()))
            .as("sample %d %s", sample, port)
            .isEqualTo(-1);
      }
    }
  }

  /** A list lives for {@code refresh} steps and grows only. */
  @Test
  void theListIsEmptiedEveryRefresh() {
    int steps = 12;
    float[] x = new float[steps * 20];
    for (int l = 0; l < steps; l++) {
      for (int c = 0; c < 20; c++) {
        x[l * 20 + c] = .5f;
      }
    }
    x[2 * 20 + 7] = 100;
    float[] scales = new float[steps];
    Arrays.fill(scales, 1);
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(x, 1, steps, 20), "inlier_scale", Tensor.of(scales, steps));
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of("refresh", "5"));
    for (int l = 0; l < steps; l++) {
      assertThat(outliers(call, l))
          .as("step " + l)
          .isEqualTo(l >= 2 && l < 5 ? List.of(7) : List.of());
    }
  }

  /** One channel has no standard deviation; three times the deviation is out of reach below 11. */
  @Test
  void tooFewChannelsHaveNoOutliers() {
    for (int channels : new int[] {1, 10, 11}) {
      float[] x = new float[channels];
      x[0] = 50;
      Map<String, Tensor> inputs =
          Map.of("x", Tensor.of(x, 1, 1, channels), "inlier_scale", Tensor.of(new float[] {1}, 1));
      Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
      assertThat(outliers(call, 0)).isEqualTo(channels == 11 ? List.of(0) : List.of());
      KernelRuns.verifyAll(KERNEL, inputs, Map.of(), channels + " channels");
    }
  }

  @Test
  void aListOfZerosHasScaleZero() {
    float[] x = new float[2 * 16];
    x[3] = 9;
    Map<String, Tensor> inputs =
        Map.of("x", Tensor.of(x, 1, 2, 16), "inlier_scale", Tensor.of(new float[] {1, 1}, 2));
    Call call = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    assertThat(outliers(call, 1)).containsExactly(3);
    assertThat(call.out("outlier_scale").f32(1)).isZero();
    assertThat((int) call.out("q_out").i8(16 + 3)).isZero();
    KernelRuns.verifyAll(KERNEL, inputs, Map.of(), "zeros");
  }

  @Test
  void wrongOutputsAreRejected() {
    Map<String, Tensor> inputs = random(1, 12, 40, 8);
    Call good = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    int outlier = (int) firstOutlier(good);
    // An inlier declared an outlier, an outlier forgotten, an integer off by one, a wrong scale.
    Call extra = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    extra.out("outlier").i8(0, (byte) 1);
    assertWrong(extra);
    Call forgotten = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    forgotten.out("outlier").i8(outlier, (byte) 0);
    assertWrong(forgotten);
    Call offByOne = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    offByOne.out("q_out").i8(outlier, (byte) (offByOne.out("q_out").i8(outlier) - 1));
    assertWrong(offByOne);
    Call scale = KernelRuns.run(KERNEL, "simd", inputs, Map.of());
    long step = outlier / 40;
    scale.out("outlier_scale").f32(step, scale.out("outlier_scale").f32(step) * 1.000001f);
    assertWrong(scale);
    assertThat(Verifier.exhaustive().verify(KERNEL, good, "jvm").passed()).isTrue();
  }

  /**
   * A whole step quantised with one more outlier, consistently: the list is what is wrong. Then the
   * same where the definition leaves the choice.
   */
  @Test
  void onlyTrueTiesAreAccepted() {
    // One of 17 channels at 7: mean + 3 sd = 5.5 is exceeded, if detection takes place at all.
    float[] x = new float[17];
    x[4] = 7;
    Call atTheScale = quantizedAsIfDetected(x, 1f);
    assertThat(outliers(KernelRuns.run(KERNEL, "simd", atTheScale.inputs(), Map.of()), 0))
        .isEmpty();
    assertThat(Verifier.exhaustive().verify(KERNEL, atTheScale, "device").passed()).isTrue();
    Call belowTheScale = quantizedAsIfDetected(x, 1.00001f);
    assertThat(Verifier.exhaustive().verify(KERNEL, belowTheScale, "device").verdict())
        .isNotEqualTo(Verdict.PASSED);
  }

  private static Call quantizedAsIfDetected(float[] x, float scale) {
    Map<String, Tensor> inputs =
        Map.of(
            "x", Tensor.of(x, 1, 1, x.length), "inlier_scale", Tensor.of(new float[] {scale}, 1));
    Call call = Call.of(KERNEL, inputs, Map.of());
    for (int c = 0; c < x.length; c++) {
      call.out("q_in").i8(c, (byte) 0);
      call.out("q_out").i8(c, (byte) (x[c] == 0 ? 0 : 127));
      call.out("outlier").i8(c, (byte) (x[c] == 0 ? 0 : 1));
    }
    call.out("outlier_scale").f32(0, 7 / 127f);
    return call;
  }

  @Test
  void badInputs() {
    Tensor x = Tensor.of(new float[6], 1, 2, 3);
    assertInvalid(x, new float[] {1, 0}, Map.of(), "inlier_scale has 0.0 at [1]");
    assertInvalid(x, new float[] {-1, 1}, Map.of(), "inlier_scale has -1.0 at [0]");
    assertInvalid(x, new float[] {1, 1, 1}, Map.of(), "inlier_scale has L = 3, but x has L = 2");
    assertInvalid(x, new float[] {1, 1}, Map.of("inlier_bits", "9"), "inlier_bits = 9");
    assertInvalid(x, new float[] {1, 1}, Map.of("outlier_bits", "1"), "outlier_bits = 1");
    assertInvalid(x, new float[] {1, 1}, Map.of("refresh", "0"), "refresh = 0");
    Tensor broken = Tensor.of(new float[] {0, Float.NaN}, 1, 2, 1);
    assertInvalid(broken, new float[] {1, 1}, Map.of(), "input x has NaN at [0, 1, 0]");
  }

  /** Activations around 0.1 with some channels that stick out for a while. */
  static Map<String, Tensor> random(int samples, int steps, int channels, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] x = new float[samples * steps * channels];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) (.1 * random.nextGaussian());
    }
    for (int i = 0; i < samples * steps / 3 + 1; i++) {
      int c = random.nextInt(channels);
      int first = random.nextInt(samples * steps);
      float size = (float) (3 * random.nextGaussian());
      for (int row = first; row < Math.min(samples * steps, first + 4); row++) {
        x[row * channels + c] += size;
      }
    }
    float[] scales = new float[steps];
    for (int l = 0; l < steps; l++) {
      scales[l] = (float) (.02 + .03 * random.nextDouble());
    }
    return Map.of(
        "x", Tensor.of(x, samples, steps, channels), "inlier_scale", Tensor.of(scales, steps));
  }

  private static List<Integer> outliers(Call call, int step) {
    int channels = call.sizes().extent("C");
    List<Integer> listed = new ArrayList<>();
    for (int c = 0; c < channels; c++) {
      if (call.out("outlier").u8((long) step * channels + c) == 1) {
        listed.add(c);
      }
    }
    return listed;
  }

  private static long outlierCount(Call call) {
    long count = 0;
    for (long i = 0; i < call.out("outlier").elements(); i++) {
      count += call.out("outlier").u8(i);
    }
    return count;
  }

  private static long firstOutlier(Call call) {
    long i = 0;
    while (call.out("outlier").u8(i) == 0 || Math.abs(call.out("q_out").i8(i)) < 2) {
      i++;
    }
    return i;
  }

  private static double maxError(Call call, int step) {
    double max = 0;
    for (int c = 0; c < 16; c++) {
      long i = step * 16 + c;
      double value =
          (double) call.in("inlier_scale").f32(step) * call.out("q_in").i8(i)
              + (double) call.out("outlier_scale").f32(step) * call.out("q_out").i8(i);
      max = Math.max(max, Math.abs(value - call.in("x").f32(i)));
    }
    return max;
  }

  private static void assertWrong(Call call) {
    Comparison comparison = Verifier.exhaustive().verify(KERNEL, call, "jvm");
    assertThat(comparison.verdict()).as(comparison.detail()).isEqualTo(Verdict.WRONG);
  }

  private static void assertInvalid(
      Tensor x, float[] scales, Map<String, String> parameters, String message) {
    assertThatThrownBy(
            () ->
                Call.of(
                    KERNEL,
                    Map.of("x", x, "inlier_scale", Tensor.of(scales, scales.length)),
                    parameters))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }
}
