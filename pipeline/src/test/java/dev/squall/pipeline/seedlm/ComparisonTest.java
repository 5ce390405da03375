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
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    Comparison comparison =
        new Comparison(weights, List.of(LAYER), new SentenceQuality(folder, weights, TEXTS));
    return comparison.with(new Approximation("method", (name, matrix) -> 5, method));
  }

  @Test
  void whatIsTheSameCostsNothing() throws IOException {
    Comparison.Result result = compare((name, matrix) -> matrix);
    assertThat(result.error()).isZero();
    assertThat(result.worst()).isZero();
    assertThat(result.quality()[0]).isCloseTo(1, Offset.offset(1e-6));
    assertThat(result.quality()[1]).isCloseTo(1, Offset.offset(1e-6));
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
    assertThat(result.quality()[0]).isLessThan(.9999).isGreaterThan(result.quality()[1]);
  }

  /** The error of outputs that texts give, over all rows. */
  private static double outputError(Tensor matrix, Tensor found, double[][] moments) {
    int columns = (int) matrix.dim(1);
    double error = 0;
    for (long row = 0; row < matrix.dim(0); row++) {
      for (int i = 0; i < columns; i++) {
        for (int j = 0; j < columns; j++) {
          double left = matrix.f32(row * columns + i) - found.f32(row * columns + i);
          double right = matrix.f32(row * columns + j) - found.f32(row * columns + j);
          error += left * moments[i][j] * right;
        }
      }
    }
    return error;
  }

  /** Columns to come make up for errors: weights are further off, outputs nearer. */
  @Test
  void feedbackBringsOutputsNearer() throws IOException {
    TinyBert.write(folder, weights);
    InputMoments moments = InputMoments.of(SentenceEncoder.load(folder), TEXTS, Set.of(LAYER));
    assertThat(moments.knows(LAYER)).isTrue();
    assertThat(moments.knows("encoder.layer.1.intermediate.dense.weight")).isFalse();
    double[][] of = moments.of(LAYER);
    assertThat(of.length).isEqualTo(TinyBert.WIDTH);
    assertThat(of[2][5]).isEqualTo(of[5][2]);
    Tensor matrix = weights.get(LAYER);
    GroupQuantizer quantizer = new GroupQuantizer(3, 128, GroupQuantizer.Clip.LEAST_ERROR);
    Tensor plain = quantizer.approximate(matrix, HostThreads.all());
    Tensor fed =
        new ErrorFeedback(1, quantizer.columns(TinyBert.INNER), HostThreads.all())
            .approximate(matrix, of);
    assertThat(outputError(matrix, fed, of)).isLessThan(.7 * outputError(matrix, plain, of));
  }

  /** Inputs that have nothing to do with each other: nothing can be made up for. */
  @Test
  void withoutCorrelationFeedbackChangesNothing() {
    Tensor matrix = weights.get(LAYER);
    double[][] diagonal = new double[TinyBert.WIDTH][TinyBert.WIDTH];
    for (int i = 0; i < diagonal.length; i++) {
      diagonal[i][i] = 1 + i;
    }
    Tensor found =
        new ErrorFeedback(
                5,
                (w, from, to, out) -> {
                  for (int row = 0; row < w.length; row++) {
                    for (int k = from; k < to; k++) {
                      out[row][k] = Math.round(8 * w[row][k]) / 8f;
                    }
                  }
                },
                HostThreads.all())
            .approximate(matrix, diagonal);
    for (long i = 0; i < matrix.elements(); i++) {
      assertThat(found.f32(i)).isEqualTo(Math.round(8 * matrix.f32(i)) / 8f);
    }
  }

  /** By hand: two inputs that are always equal share a weight, and the second takes the rest. */
  @Test
  void whatTheLastColumnsMakeUpFor() {
    Tensor matrix = Tensor.of(new float[] {.3f, .3f}, 1, 2);
    double[][] equal = {{1, 1}, {1, 1}};
    double[] seen = new double[2];
    new ErrorFeedback(
            1,
            (w, from, to, out) -> {
              seen[from] = w[0][from];
              out[0][from] = Math.round(w[0][from]);
            },
            HostThreads.all())
        .approximate(matrix, equal);
    assertThat(seen[0]).isCloseTo(.3, Offset.offset(1e-7));
    // 0.3 was dropped; 1 / 1.05 of it comes back, the damping being 5 %.
    assertThat(seen[1]).isCloseTo(.3 + .3 / 1.05, Offset.offset(1e-6));
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
