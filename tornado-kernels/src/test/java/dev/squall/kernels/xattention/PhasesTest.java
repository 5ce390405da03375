package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhasesTest {
  private static final AntidiagonalScores SCORES = new AntidiagonalScores();
  private static final List<String> VARIANTS = List.of("simd", "tiles", "loops", "reference");

  private static Map<String, Tensor> inputs(long seed, int heads, int keyHeads, int tokens) {
    Map<String, Tensor> inputs = Prompts.inputs(seed, heads, keyHeads, tokens, 12);
    inputs.remove("v");
    return inputs;
  }

  /** Sums of logits of tile (i, j), from the full matrix. */
  private static double sum(double[][] logits, String phases, int stride, int i, int j) {
    double sum = 0;
    for (int a = 0; a < stride; a++) {
      for (int b = 0; b < stride; b++) {
        int turn = Math.floorMod(b - (stride - 1 - a), stride);
        int times =
            switch (phases) {
              case "antidiagonal" -> turn == 0 ? 1 : 0;
              case "diagonal" -> a == b ? 1 : 0;
              case "double" -> turn <= 1 ? 1 : 0;
              case "triple" -> turn <= 1 || turn == stride - 1 ? 1 : 0;
              default -> throw new IllegalArgumentException(phases);
            };
        if (times > 0 && i * stride + a < logits.length && j * stride + b < logits.length) {
          sum += logits[i * stride + a][j * stride + b];
        }
      }
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(strings = {"antidiagonal", "diagonal", "double", "triple"})
  void scoresAreTheStatedSums(String phases) {
    for (int stride : new int[] {4, 8, 16}) {
      Map<String, Tensor> inputs = inputs(121, 1, 1, 75);
      double[][] logits = Golden.logits(inputs, 0);
      for (String variant : VARIANTS) {
        Call call =
            KernelRuns.runAndVerify(
                SCORES, variant, inputs, Map.of("stride", "" + stride, "phases", phases));
        int groups = call.sizes().extent("G");
        for (int i = 0; i < groups; i++) {
          for (int j = 0; j <= i; j++) {
            assertThat((double) call.out("scores").f32((long) i * groups + j))
                .as("%s, tile %d, %d", variant, i, j)
                .isCloseTo(sum(logits, phases, stride, i, j) / stride, within(2e-5));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"4, diagonal", "64, random", "16, double", "64, triple", "32, antidiagonal"})
  void everyVariantOfScoresAndPrefillAgreesWithTheReference(int stride, String phases) {
    Map<String, Tensor> inputs = Prompts.inputs(122, 4, 2, 211, 20);
    Map<String, Tensor> prompt = Map.copyOf(inputs);
    inputs.remove("v");
    for (String causal : List.of("true", "false")) {
      Map<String, String> parameters =
          Map.of("stride", "" + stride, "phases", phases, "causal", causal, "estimate", "mean");
      for (String variant : VARIANTS) {
        KernelRuns.runAndVerify(SCORES, variant, inputs, parameters);
      }
      Map<String, String> blocks = new HashMap<>(parameters);
      blocks.put("block", "64");
      blocks.put("threshold", "0.6");
      for (String variant : VARIANTS) {
        KernelRuns.runAndVerify(new SparsePrefill(), variant, prompt, blocks);
      }
    }
  }

  @Test
  void randomIsAPermutationOfItsOwnForEachStride() {
    for (int stride : new int[] {1, 2, 8, 64, 1024}) {
      int[] queries = Phases.RANDOM.queries(stride);
      assertThat(queries).isEqualTo(Phases.RANDOM.queries(stride));
      assertThat(Arrays.stream(queries).sorted().toArray())
          .isEqualTo(IntStream.range(0, stride).toArray());
    }
    assertThat(Phases.RANDOM.queries(64)).isNotEqualTo(Phases.DIAGONAL.queries(64));
    assertThat(Phases.RANDOM.queries(64)).isNotEqualTo(Phases.ANTIDIAGONAL.queries(64));
  }

  @Test
  void theCalibratedEstimateSamplesTheAntidiagonalAlone() {
    Map<String, Tensor> inputs = Prompts.inputs(123, 1, 1, 40, 8);
    for (Kernel kernel : List.of(new SparsePrefill(), SCORES)) {
      Map<String, Tensor> own = new HashMap<>(inputs);
      own.keySet().removeIf(port -> port.equals("v") && kernel == SCORES);
      assertThatThrownBy(
              () -> Call.of(kernel, own, Map.of("phases", "random", "estimate", "logmeanexp")))
          .isInstanceOf(SquallException.class)
          .hasMessage(kernel.id() + ": phases = random needs estimate = mean");
    }
  }
}
