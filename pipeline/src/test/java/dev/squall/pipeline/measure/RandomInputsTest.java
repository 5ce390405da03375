package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.KernelCatalog;
import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Parameter;
import dev.squall.kernels.spec.Signature;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomInputsTest {
  private static final RandomInputs INPUTS = RandomInputs.ofSeed(7);
  private static final KernelCatalog CATALOG = KernelCatalog.load();
  private static final Parameter CAUSAL = Parameter.flag("causal", true, "");

  static Stream<Kernel> kernels() {
    return CATALOG.kernels().stream();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void everyKernelTakesItsInputs(Kernel kernel) {
    Map<String, Tensor> inputs = INPUTS.generate(kernel.signature(), Map.of(), Map.of());
    Call call = Call.of(kernel, inputs, Map.of());
    assertThat(kernel.cost(call.sizes()).operations()).isPositive();
  }

  @Test
  void equalSeedsGiveEqualInputs() {
    Signature signature = CATALOG.kernel("attention.block_sparse").signature();
    Map<String, Long> extents = Map.of("L", 1000L);
    Map<String, Tensor> first = INPUTS.generate(signature, extents, Map.of());
    Map<String, Tensor> second = INPUTS.generate(signature, extents, Map.of());
    Map<String, Tensor> other = RandomInputs.ofSeed(8).generate(signature, extents, Map.of());
    first.forEach(
        (port, tensor) -> {
          assertThat(tensor.data().mismatch(second.get(port).data())).as(port).isEqualTo(-1);
          assertThat(tensor.data().mismatch(other.get(port).data())).as(port).isNotEqualTo(-1);
        });
  }

  @Test
  void extentsAndParametersAreTheUsers() {
    Kernel kernel = CATALOG.kernel("attention.block_sparse");
    Map<String, String> parameters = Map.of("block", "32");
    Map<String, Tensor> inputs =
        INPUTS.generate(
            kernel.signature(), Map.of("L", 100L, "H", 6L, "Hk", 3L, "D", 5L), parameters);
    assertThat(inputs.get("q").shape()).containsExactly(6, 100, 5);
    assertThat(inputs.get("k").shape()).containsExactly(3, 100, 5);
    assertThat(inputs.get("mask").shape()).containsExactly(6, 4, 4);
    assertThat(Call.of(kernel, inputs, parameters).sizes().dim("NB")).isEqualTo(4);
  }

  @Test
  void oneOfEverythingIsEnough() {
    Kernel kernel = CATALOG.kernel("attention.dense");
    Map<String, Tensor> inputs =
        INPUTS.generate(kernel.signature(), Map.of("L", 1L, "H", 1L, "D", 1L), Map.of());
    assertThat(inputs.get("k").shape()).containsExactly(1, 1, 1);
    assertThat(Call.of(kernel, inputs, Map.of()).out("o").elements()).isEqualTo(1);
  }

  @Test
  void unknownExtentsAreRefused() {
    Signature signature = CATALOG.kernel("attention.dense").signature();
    refused(
        () -> INPUTS.generate(signature, Map.of("K", 3L), Map.of()),
        "attention.dense: no extent named K; there are: D, H, Hk, L");
    refused(
        () -> INPUTS.generate(signature, Map.of("L", 0L), Map.of()),
        "attention.dense: extent L = 0 must be above zero");
  }

  @Test
  void wrongParametersAreRefused() {
    Signature signature = CATALOG.kernel("attention.block_sparse").signature();
    refused(
        () -> INPUTS.generate(signature, Map.of(), Map.of("block", "none")),
        "parameter block = none: expected integer 1 to 1048576");
    refused(() -> new RandomInputs(1, 1.5), "density = 1.5: expected 0 to 1");
  }

  /** Of 16 × 16 blocks of white noise, the best quarter of the visible ones holds 30 % or so. */
  @Test
  void attentionFallsIntoBlocks() {
    int tokens = 1024;
    int size = 64;
    Signature signature = CATALOG.kernel("attention.dense").signature();
    Map<String, Tensor> inputs =
        INPUTS.generate(signature, Map.of("L", (long) tokens, "H", 4L), Map.of());
    for (int head = 0; head < 4; head++) {
      double share = shareOfBestQuarter(inputs.get("q"), inputs.get("k"), head, tokens, size, 64);
      assertThat(share).as("head %d", head).isGreaterThan(0.8);
    }
    Tensor q = noise(1, tokens, size);
    Tensor k = noise(2, tokens, size);
    assertThat(shareOfBestQuarter(q, k, 0, tokens, size, 64)).isLessThan(0.4);
  }

  /** The sink: queries late in the text attend to the first tokens more than to the average one. */
  @Test
  void firstTokensDrawAttention() {
    int tokens = 512;
    Signature signature = CATALOG.kernel("attention.dense").signature();
    Map<String, Tensor> inputs =
        INPUTS.generate(signature, Map.of("L", (long) tokens, "H", 4L), Map.of());
    for (int head = 0; head < 4; head++) {
      double[] weights = attention(inputs.get("q"), inputs.get("k"), head, tokens - 1, tokens, 64);
      assertThat(Arrays.stream(weights, 0, 4).sum())
          .as("head %d", head)
          .isGreaterThan(10 * 4.0 / tokens);
    }
  }

  @Test
  void masksKeepTheirDensity() {
    Signature signature = CATALOG.kernel("attention.block_sparse").signature();
    Tensor mask =
        new RandomInputs(3, 0.1)
            .generate(signature, Map.of("L", 8192L, "H", 4L, "D", 1L), Map.of())
            .get("mask");
    assertThat(mask.shape()).containsExactly(4, 64, 64);
    assertThat(values(mask)).containsOnly(0.0, 1.0);
    // 127 of the 4096 blocks of a head are kept always: two in each row, one in the first.
    assertThat(values(mask).average().orElseThrow())
        .isCloseTo(0.1 + 0.9 * 127 / 4096, within(0.02));
    for (int i = 0; i < 64; i++) {
      assertThat(mask.u8(i * 64L)).isEqualTo(1);
      assertThat(mask.u8(i * 64L + i)).isEqualTo(1);
    }
  }

  @Test
  void scoresAreMaskedAsTheCallIs() {
    Signature signature =
        Signature.of("xattention.block_mass", "")
            .in("scores", ElementType.F32, "H", "G", "G")
            .parameter(Parameter.integer("stride", 8, 1, 64, ""))
            .parameter(CAUSAL)
            .build();
    Map<String, Long> extents = Map.of("L", 250L, "H", 2L);
    Tensor causal = INPUTS.generate(signature, extents, Map.of("stride", "16")).get("scores");
    assertThat(causal.shape()).containsExactly(2, 16, 16);
    for (int i = 0; i < 2 * 16; i++) {
      for (int j = 0; j < 16; j++) {
        float score = causal.f32(i * 16L + j);
        if (j <= i % 16) {
          assertThat(score).isFinite();
        } else {
          assertThat(score).isEqualTo(Float.NEGATIVE_INFINITY);
        }
      }
    }
    Tensor full = INPUTS.generate(signature, extents, Map.of("causal", "false")).get("scores");
    assertThat(full.shape()).containsExactly(2, 32, 32);
    assertThat(values(full)).allMatch(Double::isFinite);
  }

  @Test
  void massesAreRowsOfProbabilities() {
    Signature signature =
        Signature.of("xattention.select", "")
            .in("mass", ElementType.F32, "H", "NB", "NB")
            .optionalIn("thresholds", ElementType.F32, "HT")
            .parameter(CAUSAL)
            .build();
    Map<String, Tensor> inputs = INPUTS.generate(signature, Map.of("L", 2000L), Map.of());
    assertThat(inputs).containsOnlyKeys("mass");
    Tensor mass = inputs.get("mass");
    assertThat(mass.shape()).containsExactly(8, 16, 16);
    for (int row = 0; row < 8 * 16; row++) {
      double sum = 0;
      for (int j = 0; j < 16; j++) {
        double value = mass.f32(row * 16L + j);
        assertThat(value).isBetween(0.0, 1.0);
        assertThat(j > row % 16 && value > 0).isFalse();
        sum += value;
      }
      assertThat(sum).isCloseTo(1, within(1e-5));
    }
  }

  private static final Signature SCAN =
      Signature.of("mamba.selective_scan", "")
          .in("u", ElementType.F32, "C", "L")
          .in("delta", ElementType.F32, "C", "L")
          .in("a", ElementType.F32, "C", "N")
          .in("b", ElementType.F32, "G", "N", "L")
          .in("c", ElementType.F32, "G", "N", "L")
          .optionalIn("d", ElementType.F32, "C(d)")
          .optionalIn("z", ElementType.F32, "C(z)", "L")
          .optionalIn("delta_bias", ElementType.F32, "C(delta_bias)")
          .optionalIn("h0", ElementType.F32, "C(h0)", "N")
          .parameter(Parameter.flag("softplus", true, ""))
          .build();

  @Test
  void scansAreStable() {
    Map<String, Tensor> inputs = INPUTS.generate(SCAN, Map.of("C", 40L, "L", 50L), Map.of());
    assertThat(inputs).containsOnlyKeys("u", "delta", "a", "b", "c", "d", "z", "delta_bias");
    assertThat(inputs.get("b").shape()).containsExactly(1, 16, 50);
    assertThat(inputs.get("z").shape()).containsExactly(40, 50);
    assertThat(values(inputs.get("a"))).allMatch(a -> a <= -1 && a >= -16 * 1.1 - 1e-4);
    Tensor delta = inputs.get("delta");
    Tensor bias = inputs.get("delta_bias");
    double[] steps = new double[40 * 50];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = Math.log1p(Math.exp(delta.f32(i) + bias.f32(i / 50)));
    }
    assertThat(Arrays.stream(steps)).allMatch(step -> step > 0 && step < 1);
    Arrays.sort(steps);
    assertThat(steps[steps.length / 2]).isBetween(0.003, 0.03);
  }

  @Test
  void quantisedScansAreStable() {
    Signature signature =
        Signature.of("ouromamba.scan", "")
            .in("a", ElementType.I8, "C", "N")
            .in("delta", ElementType.I8, "C", "L")
            .in("delta_scale", ElementType.F32, "L")
            .build();
    Map<String, Tensor> inputs = INPUTS.generate(signature, Map.of("C", 40L), Map.of());
    assertThat(range(inputs.get("a"))).containsExactly(-7, -1);
    assertThat(range(inputs.get("delta"))).containsExactly(1, 7);
    assertThat(values(inputs.get("delta_scale"))).allMatch(scale -> scale > 0 && scale <= 0.05);
  }

  @Test
  void stepsWithoutSoftplusArePositive() {
    Map<String, Tensor> inputs =
        INPUTS.generate(SCAN, Map.of("C", 40L, "L", 50L), Map.of("softplus", "false"));
    assertThat(values(inputs.get("delta"))).allMatch(step -> step >= 0.0009 && step <= 0.11);
    assertThat(values(inputs.get("delta_bias"))).allMatch(step -> step > 0 && step <= 0.011);
  }

  @Test
  void activationsHaveOutlierChannelsThatChange() {
    Signature signature =
        Signature.of("ouromamba.quantize", "")
            .in("x", ElementType.F32, "B", "L", "C")
            .in("inlier_scale", ElementType.F32, "L")
            .build();
    Map<String, Tensor> inputs =
        INPUTS.generate(signature, Map.of("B", 3L, "L", 40L, "C", 500L), Map.of());
    Tensor x = inputs.get("x");
    Tensor scale = inputs.get("inlier_scale");
    long[] outliers = new long[500];
    long total = 0;
    for (long i = 0; i < x.elements(); i++) {
      double codes = Math.abs(x.f32(i)) / scale.f32(i / 500 % 40);
      if (codes > 7.001) {
        assertThat(codes).isBetween(6 * 7 - 0.001, 12 * 7 + 0.001);
        outliers[(int) (i % 500)]++;
        total++;
      }
    }
    assertThat(total / (double) x.elements()).isBetween(0.015, 0.025);
    // Twelve windows of ten tokens: no channel is an outlier in all, many are in one.
    assertThat(Arrays.stream(outliers)).allMatch(count -> count % 10 == 0 && count < 120);
    assertThat(Arrays.stream(outliers).filter(count -> count > 0).count()).isGreaterThan(50);
  }

  @Test
  void quantisedCodesAgreeOnOutliers() {
    Signature signature =
        Signature.of("ouromamba.linear", "")
            .in("q_in", ElementType.I8, "B", "L", "C")
            .in("q_out", ElementType.I8, "B", "L", "C")
            .in("outlier", ElementType.U8, "B", "L", "C")
            .in("outlier_scale", ElementType.F32, "B", "L")
            .in("inlier_scale", ElementType.F32, "L")
            .in("weight", ElementType.I8, "M", "C")
            .in("weight_scale", ElementType.F32, "M")
            .build();
    Map<String, Tensor> inputs =
        INPUTS.generate(signature, Map.of("L", 30L, "B", 2L, "M", 17L), Map.of());
    Tensor outlier = inputs.get("outlier");
    assertThat(values(outlier)).containsOnly(0.0, 1.0);
    for (long i = 0; i < outlier.elements(); i++) {
      boolean out = outlier.u8(i) == 1;
      assertThat(inputs.get(out ? "q_in" : "q_out").i8(i)).isZero();
    }
    assertThat(range(inputs.get("q_in"))).containsExactly(-7, 7);
    assertThat(range(inputs.get("q_out"))).containsExactly(-127, 127);
    assertThat(range(inputs.get("weight"))).containsExactly(-7, 7);
    assertThat(inputs.get("weight").shape()).containsExactly(17, 384);
    for (String scale : new String[] {"outlier_scale", "inlier_scale", "weight_scale"}) {
      assertThat(values(inputs.get(scale))).as(scale).allMatch(value -> value > 0 && value < 1);
    }
  }

  @Test
  void seedsAreNeverZero() {
    Signature words =
        Signature.of("seedlm.decode", "").in("words", ElementType.I32, "stored").build();
    Tensor four = INPUTS.generate(words, Map.of("stored", 300_000L), Map.of()).get("words");
    assertThat(LongStream.range(0, 300_000).map(i -> four.i32(i) & 0xFFFF)).doesNotContain(0L);
    // All 32 bits are used.
    assertThat(LongStream.range(0, 300_000).mapToInt(four::i32).reduce(0, (a, b) -> a | b))
        .isEqualTo(-1);

    Signature bytes =
        Signature.of("seedlm.decode", "")
            .in("words", ElementType.U8, "stored")
            .parameter(Parameter.choice("config", "", "3bit"))
            .build();
    Tensor three = INPUTS.generate(bytes, Map.of(), Map.of()).get("words");
    assertThat(three.elements()).isEqualTo(2048 * 2048 / 8 / 2 * 9);
    for (long pair = 0; pair < three.elements(); pair += 9) {
      int even = three.u8(pair) | three.u8(pair + 1) << 8;
      int odd = three.u8(pair + 4) >> 4 | three.u8(pair + 5) << 4 | (three.u8(pair + 6) & 15) << 12;
      assertThat(even == 0 || odd == 0).as("pair at byte %d", pair).isFalse();
    }
  }

  @Test
  void unknownKernelsGetNoiseByType() {
    Signature signature =
        Signature.of("somebody.kernel", "")
            .in("first", ElementType.F32, "X", "Y")
            .in("second", ElementType.I8, "Y")
            .in("third", ElementType.U8, "Y")
            .in("fourth", ElementType.I32, "Y")
            .in("first_scale", ElementType.F32, "Y")
            .build();
    Map<String, Tensor> inputs = INPUTS.generate(signature, Map.of("Y", 1000L), Map.of());
    assertThat(inputs.get("first").shape()).containsExactly(64, 1000);
    double[] noise = values(inputs.get("first")).toArray();
    assertThat(Arrays.stream(noise).average().orElseThrow()).isCloseTo(0, within(0.02));
    assertThat(Arrays.stream(noise).map(x -> x * x).average().orElseThrow())
        .isCloseTo(1, within(0.03));
    assertThat(range(inputs.get("second"))).containsExactly(-7, 7);
    assertThat(range(inputs.get("third"))).containsExactly(0, 1);
    assertThat(range(inputs.get("fourth"))).containsExactly(0, 3);
    assertThat(values(inputs.get("first_scale"))).allMatch(value -> value > 0);
  }

  private static double shareOfBestQuarter(
      Tensor q, Tensor k, int head, int tokens, int size, int block) {
    int blocks = tokens / block;
    double[] best = new double[blocks];
    for (int row = tokens / 2; row < tokens; row++) {
      double[] weights = attention(q, k, head, row, tokens, size);
      double[] mass = new double[blocks];
      for (int j = 0; j <= row; j++) {
        mass[j / block] += weights[j];
      }
      Arrays.sort(mass);
      int quarter = (row / block + 1) / 4;
      best[row / block] += Arrays.stream(mass, blocks - quarter, blocks).sum();
    }
    return Arrays.stream(best).sum() / (tokens / 2.0);
  }

  private static double[] attention(Tensor q, Tensor k, int head, int row, int tokens, int size) {
    double[] weights = new double[row + 1];
    long query = ((long) head * tokens + row) * size;
    for (int j = 0; j <= row; j++) {
      long key = ((long) head * tokens + j) * size;
      double dot = 0;
      for (int i = 0; i < size; i++) {
        dot += q.f32(query + i) * k.f32(key + i);
      }
      weights[j] = dot / Math.sqrt(size);
    }
    double largest = Arrays.stream(weights).max().orElseThrow();
    double[] exponentials = Arrays.stream(weights).map(x -> Math.exp(x - largest)).toArray();
    double total = Arrays.stream(exponentials).sum();
    return Arrays.stream(exponentials).map(x -> x / total).toArray();
  }

  private static Tensor noise(long seed, int tokens, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor tensor = Tensor.allocate(ElementType.F32, 1, tokens, size);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) random.nextGaussian());
    }
    return tensor;
  }

  private static DoubleStream values(Tensor tensor) {
    LongToDoubleFunction value = tensor::asDouble;
    return LongStream.range(0, tensor.elements()).mapToDouble(value);
  }

  private static double[] range(Tensor tensor) {
    return new double[] {values(tensor).min().orElseThrow(), values(tensor).max().orElseThrow()};
  }

  private static void refused(Runnable code, String message) {
    assertThatThrownBy(code::run)
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessage(message);
  }
}
