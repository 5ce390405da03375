package dev.squall.pipeline.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.model.bert.SentenceEncoder;
import dev.squall.pipeline.model.bert.TinyBert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final String LAYER = "encoder.layer.0.intermediate.dense.weight";
  private static final List<String> TEXTS = List.of("the storm", "a city over the storms", "");

  @TempDir private Path folder;

  private final Map<String, Tensor> weights = TinyBert.weights(3);

  private Comparison.Result compare(Approximation.Method method) throws IOException {
    TinyBert.write(folder, weights);
    Comparison comparison = new Comparison(folder, weights, List.of(LAYER), TEXTS);
    return comparison.with(new Approximation("method", matrix -> 5, method), comparison.before());
  }

  @Test
  void whatIsTheSameCostsNothing() throws IOException {
    Comparison.Result result = compare((name, matrix) -> matrix);
    assertThat(result.error()).isZero();
    assertThat(result.worst()).isZero();
    assertThat(result.cosine()).isCloseTo(1, Offset.offset(1e-6));
    assertThat(result.lowest()).isCloseTo(1, Offset.offset(1e-6));
    assertThat(result.bits()).isEqualTo(5);
  }

  @Test
  void halvedWeightsAreHalfWrong() throws IOException {
    Comparison.Result result =
        compare(
            (name, matrix) -> {
              Tensor half = Tensor.allocate(ElementType.F32, matrix.shape());
              for (long i = 0; i < matrix.elements(); i++) {
                half.f32(i, matrix.f32(i) / 2);
              }
              return half;
            });
    assertThat(result.error()).isCloseTo(.5, Offset.offset(1e-12));
    assertThat(result.worst()).isCloseTo(.5, Offset.offset(1e-12));
    assertThat(result.cosine()).isLessThan(.9999).isGreaterThan(result.lowest());
  }

  /**
   * The weighted error is what the scaled matrix's plain error is; a method that is exact stays.
   */
  @Test
  void scalesAreTakenOffAgain() throws IOException {
    TinyBert.write(folder, weights);
    ActivationScales scales = ActivationScales.of(SentenceEncoder.load(folder), TEXTS);
    assertThat(scales.knows(LAYER)).isTrue();
    assertThat(scales.knows("embeddings.word_embeddings.weight")).isFalse();
    double[] factors = scales.factors(LAYER, TinyBert.WIDTH);
    assertThat(factors).hasSize(TinyBert.WIDTH);
    assertThat(Arrays.stream(factors).min().orElseThrow()).isGreaterThan(.04);
    Approximation exact = new Approximation("exact", matrix -> 4, (name, matrix) -> matrix);
    Approximation weighted = exact.weighted(scales);
    Tensor matrix = weights.get(LAYER);
    Tensor found = weighted.method().apply(LAYER, matrix);
    for (long i = 0; i < matrix.elements(); i++) {
      assertThat(found.f32(i)).isCloseTo(matrix.f32(i), Offset.offset(1e-6f));
    }
    assertThat(weighted.bits().perWeight(matrix)).isEqualTo(4 + 16.0 / TinyBert.INNER);
    assertThat(weighted.name()).isEqualTo("exact, by activations");
  }

  /** Integers that are representable stay; else the nearest of the grid of the largest. */
  @Test
  void groupsByRange() {
    Tensor weights = Tensor.of(new float[] {7, -3, 2.4f, -7, 0.5f, 0.25f, -0.125f, 0}, 8);
    GroupQuantizer quantizer = new GroupQuantizer(4, 4, GroupQuantizer.Clip.RANGE);
    Tensor found = quantizer.approximate(weights, HostThreads.all());
    assertThat(found.toFloatArray()).startsWith(7, -3, 2, -7);
    assertThat(found.f32(4)).isCloseTo(.5f, Offset.offset(1e-3f));
    assertThat(found.f32(7)).isZero();
    assertThat(quantizer.bitsPerWeight()).isEqualTo(8);
    assertThat(new GroupQuantizer(4, 128, GroupQuantizer.Clip.RANGE).bitsPerWeight())
        .isEqualTo(4.125);
  }

  /** Relative errors of normal weights in groups of 128; clipping must not lose to the range. */
  @Test
  void clippingForTheLeastErrorHelps() {
    SplittableRandom random = new SplittableRandom(5);
    Tensor weights = Tensor.allocate(ElementType.F32, 40000);
    for (long i = 0; i < weights.elements(); i++) {
      weights.f32(i, (float) (.02 * random.nextGaussian()));
    }
    double range = error(weights, GroupQuantizer.Clip.RANGE);
    double clipped = error(weights, GroupQuantizer.Clip.LEAST_ERROR);
    // The best 16 uniform levels for a whole normal distribution leave .1071 (Max 1960).
    assertThat(clipped).isLessThan(.96 * range).isBetween(.095, .1071);
  }

  private static double error(Tensor weights, GroupQuantizer.Clip clip) {
    Tensor found = new GroupQuantizer(4, 128, clip).approximate(weights, HostThreads.all());
    double error = 0;
    double all = 0;
    for (long i = 0; i < weights.elements(); i++) {
      error += Math.pow((double) weights.f32(i) - found.f32(i), 2);
      all += Math.pow(weights.f32(i), 2);
    }
    return Math.sqrt(error / all);
  }

  @Test
  void texts() throws IOException {
    assertThat(Texts.shipped()).hasSize(64).doesNotHaveDuplicates();
    Path file = folder.resolve("texts.txt");
    Files.writeString(file, "one\n\n two\n");
    assertThat(Texts.read(file)).containsExactly("one", " two");
    Files.writeString(file, "one\n");
    assertThatThrownBy(() -> Texts.read(file))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("expected two sentences or more");
    assertThatThrownBy(() -> new GroupQuantizer(1, 128, GroupQuantizer.Clip.RANGE))
        .hasMessage("groups of 128 integers of 1 bits: expected 1 or more of 2 to 8");
  }
}
