package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeedSearchTest {
  private static final Kernel KERNEL = new SeedSearch();

  /** Errors of the wave of sines that an independent program found, all seeds tried. */
  @ParameterizedTest
  @CsvSource({"4bit, 8, .133025", "3bit, 12, .204979"})
  void goldenErrors(String config, int count, double expected) {
    Tensor w = Tensor.allocate(ElementType.F32, count);
    for (int i = 0; i < count; i++) {
      w.f32(i, (float) (.02 * Math.sin(1 + 1.7 * i)));
    }
    // The golden has no scale of the tensor.
    Map<String, String> parameters = Map.of("config", config, "scale", "1");
    for (String variant : List.of("simd", "loops")) {
      Call call = KernelRuns.run(KERNEL, variant, Map.of("w", w), parameters);
      assertThat((double) call.out("error").f32(0))
          .as(variant)
          .isCloseTo(expected, Offset.offset(2e-6));
      List<Metric> metrics = KERNEL.metrics(call);
      assertThat(metrics.getFirst().name()).isEqualTo("relative_error");
      assertThat(metrics.getFirst().value()).isCloseTo(expected, Offset.offset(2e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"4bit", "3bit"})
  void everyVariantAgreesWithTheReference(String config) {
    for (int count : new int[] {1, 7, 97, 250}) {
      KernelRuns.verifyAll(
          KERNEL,
          Map.of("w", normal(count, count)),
          Map.of("config", config, "seeds", "700"),
          "seed " + count);
    }
  }

  /** What is found decodes to what the error says. */
  @Test
  void wordsDecodeToTheWeights() {
    Tensor w = normal(5, 40, 25);
    Call call = KernelRuns.run(KERNEL, "simd", Map.of("w", w), Map.of());
    assertThat(call.out("words").elements()).isEqualTo(125);
    Tensor decoded =
        KernelRuns.run(new SeedDecode(), "loops", Map.of("words", call.out("words")), Map.of())
            .out("w");
    double error = 0;
    double all = 0;
    for (long i = 0; i < w.elements(); i++) {
      double difference = w.f32(i) - (double) decoded.f32(i) * call.out("scale").f32(0);
      error += difference * difference;
      all += (double) w.f32(i) * w.f32(i);
    }
    assertThat(Math.sqrt(error / all))
        .isCloseTo(KERNEL.metrics(call).getFirst().value(), Offset.offset(1e-6))
        .isCloseTo(.123, Offset.offset(.006));
  }

  @Test
  void aWorseSeedIsWrong() {
    Call call = KernelRuns.run(KERNEL, "simd", Map.of("w", normal(9, 64)), Map.of("seeds", "100"));
    Tensor words = call.out("words");
    int right = words.i32(3);
    words.i32(3, right ^ 1 << 20);
    assertThat(Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
    words.i32(3, right);
    assertThat(Verifier.exhaustive().verify(KERNEL, call, "jvm").passed()).isTrue();
    call.out("scale").f32(0, 2 * call.out("scale").f32(0));
    assertThat(Verifier.exhaustive().verify(KERNEL, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void badInputs() {
    Tensor w = normal(1, 8);
    assertInvalid(w, Map.of("seeds", "0"), "parameter seeds = 0: expected integer 1 to 65535");
    assertInvalid(w, Map.of("seeds", "65536"), "parameter seeds = 65536");
    assertInvalid(w, Map.of("scale", "3"), "parameter scale = 3.0: expected a power of two");
    w.f32(5, Float.NaN);
    assertInvalid(w, Map.of(), "input w has NaN at [5]");
    assertInvalid(Tensor.allocate(ElementType.F32, 4, 0), Map.of(), "input w has no elements");
  }

  private static void assertInvalid(Tensor w, Map<String, String> parameters, String message) {
    assertThatThrownBy(() -> Call.of(KERNEL, Map.of("w", w), parameters))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }

  private static Tensor normal(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor tensor = Tensor.allocate(ElementType.F32, shape);
    for (long i = 0; i < tensor.elements(); i++) {
      tensor.f32(i, (float) (.05 * random.nextGaussian()));
    }
    return tensor;
  }
}
