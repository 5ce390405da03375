package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AntidiagonalScoresTest {
  private static final AntidiagonalScores SCORES = new AntidiagonalScores();
  private static final List<String> VARIANTS =
      List.of("simd", "tiles", "rows", "loops", "reference");

  /** H, Hk, L, D, S */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 1, 1),
        Arguments.of(1, 1, 1, 64, 16),
        Arguments.of(2, 1, 7, 5, 4),
        Arguments.of(3, 3, 7, 20, 1),
        Arguments.of(1, 1, 61, 16, 8),
        Arguments.of(9, 3, 127, 24, 8),
        Arguments.of(2, 2, 128, 64, 16),
        Arguments.of(4, 2, 129, 33, 4),
        Arguments.of(1, 1, 300, 8, 1),
        Arguments.of(2, 1, 300, 48, 16),
        Arguments.of(1, 1, 523, 16, 32));
  }

  private static Map<String, Tensor> inputs(
      long seed, int heads, int keyHeads, int tokens, int depth) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", RandomTensors.normal(random, heads, tokens, depth));
    inputs.put("k", RandomTensors.normal(random, keyHeads, tokens, depth));
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int stride) {
    Map<String, Tensor> inputs = inputs(101, heads, keyHeads, tokens, depth);
    for (String variant : VARIANTS) {
      for (String estimate : List.of("mean", "logmeanexp")) {
        for (String causal : List.of("true", "false")) {
          KernelRuns.runAndVerify(
              SCORES,
              variant,
              inputs,
              Map.of("stride", "" + stride, "estimate", estimate, "causal", causal));
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theReferenceIsTheStatedSum(Estimate estimate) {
    // O1, and every edge case of the calibrated estimate, from the full matrix of logits.
    for (int tokens : new int[] {1, 3, 5, 8, 9, 30, 32}) {
      for (int stride : new int[] {1, 3, 4, 8}) {
        for (boolean causal : new boolean[] {true, false}) {
          Map<String, Tensor> inputs = inputs(7L * tokens + stride, 1, 1, tokens, 6);
          double[][] logits = Golden.logits(inputs, 0);
          Call call =
              KernelRuns.run(
                  SCORES,
                  "reference",
                  inputs,
                  Map.of(
                      "stride",
                      "" + stride,
                      "causal",
                      "" + causal,
                      "estimate",
                      estimate == Estimate.MEAN ? "mean" : "logmeanexp"));
          int groups = Math.ceilDiv(tokens, stride);
          for (int i = 0; i < groups; i++) {
            for (int j = 0; j < groups; j++) {
              double expected =
                  causal && j > i
                      ? Double.NEGATIVE_INFINITY
                      : estimate == Estimate.MEAN
                          ? meanScore(logits, stride, i, j)
                          : calibratedScore(logits, stride, i, j, causal);
              double actual = call.out("scores").f32((long) i * groups + j);
              String where =
                  "L=%d S=%d causal=%s tile (%d, %d)".formatted(tokens, stride, causal, i, j);
              if (Double.isInfinite(expected)) {
                assertThat(actual).as(where).isEqualTo(expected);
              } else {
                assertThat(actual).as(where).isCloseTo(expected, within(1e-6));
              }
            }
          }
        }
      }
    }
  }

  private static double meanScore(double[][] logits, int stride, int i, int j) {
    double sum = 0;
    for (int s = 0; s < stride; s++) {
      int query = i * stride + stride - 1 - s;
      int key = j * stride + s;
      sum += query < logits.length && key < logits.length ? logits[query][key] : 0;
    }
    return sum / stride;
  }

  /** Walks all cells of the tile and picks those on the antidiagonal. */
  private static double calibratedScore(
      double[][] logits, int stride, int i, int j, boolean causal) {
    int group = Math.min(stride, logits.length - i * stride);
    int antidiagonal = i == j ? group - 1 : stride - 1;
    double sum = 0;
    int sampled = 0;
    int cells = 0;
    for (int query = i * stride; query < Math.min(logits.length, (i + 1) * stride); query++) {
      for (int key = j * stride; key < Math.min(logits.length, (j + 1) * stride); key++) {
        if (causal && key > query) {
          continue;
        }
        cells++;
        if (query - i * stride + key - j * stride == antidiagonal) {
          sum += Math.exp(logits[query][key]);
          sampled++;
        }
      }
    }
    return Math.log(sum / sampled) + Math.log((double) cells / (stride * stride));
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "rows", "loops", "reference"})
  void aFullDiagonalTileHasHalfOfItsCellsAndOne(String variant) {
    // Equal logits of zero leave only the shares: log((S + 1) / 2S) on the diagonal, 0 elsewhere.
    Map<String, Tensor> inputs = inputs(3, 1, 1, 64, 4);
    inputs.put("k", Tensor.of(new float[64 * 4], 1, 64, 4));
    Call call =
        KernelRuns.run(SCORES, variant, inputs, Map.of("stride", "16", "estimate", "logmeanexp"));
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j <= i; j++) {
        assertThat((double) call.out("scores").f32(i * 4 + j))
            .isCloseTo(i == j ? Math.log(17 / 32.0) : 0, within(1e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "rows", "loops", "reference"})
  void logitsBeyondTheRangeOfTheExponentialStayFinite(String variant) {
    Map<String, Tensor> inputs = inputs(4, 1, 1, 90, 8);
    KernelRuns.runAndVerify(
        SCORES, variant, inputs, Map.of("stride", "8", "estimate", "logmeanexp", "scale", "100"));
  }

  @Test
  void theScaleReplacesTheInverseRootOfTheDepth() {
    Map<String, Tensor> inputs = inputs(5, 1, 1, 40, 16);
    Call implied = KernelRuns.run(SCORES, "simd", inputs, Map.of("causal", "false"));
    Call doubled =
        KernelRuns.run(SCORES, "simd", inputs, Map.of("causal", "false", "scale", "0.5"));
    for (int i = 0; i < 25; i++) {
      assertThat((double) doubled.out("scores").f32(i))
          .isCloseTo(2 * implied.out("scores").f32(i), within(1e-5));
    }
  }

  /**
   * The point of the calibrated estimate: the mean exponential of the sampled logits is an unbiased
   * estimate of the tile's, so over many tiles the estimated mass is the true one, where the mean
   * logit undervalues every tile whose logits vary.
   */
  @Test
  void theCalibratedEstimateIsUnbiasedWhereTheMeanLogitIsNot() {
    long seed = 77;
    int tokens = 512;
    int stride = 8;
    Map<String, Tensor> inputs = inputs(seed, 1, 1, tokens, 16);
    double[][] logits = Golden.logits(inputs, 0);
    double truth = 0;
    for (int query = 0; query < tokens; query++) {
      for (int key = 0; key <= query; key++) {
        truth += Math.exp(logits[query][key]);
      }
    }
    double calibrated = estimatedMass(inputs, "logmeanexp", stride);
    double paper = estimatedMass(inputs, "mean", stride);
    assertThat(calibrated / truth).as("seed %d", seed).isBetween(0.95, 1.05);
    assertThat(paper / truth).as("seed %d", seed).isLessThan(0.75);
  }

  private static double estimatedMass(Map<String, Tensor> inputs, String estimate, int stride) {
    Call call =
        KernelRuns.run(SCORES, "simd", inputs, Map.of("stride", "" + stride, "estimate", estimate));
    double mass = 0;
    for (long i = 0; i < call.out("scores").elements(); i++) {
      mass += stride * stride * Math.exp(call.out("scores").f32(i));
    }
    return mass;
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = inputs(6, 4, 3, 16, 8);
    assertThatThrownBy(() -> Call.of(SCORES, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("xattention.scores")
        .hasMessageContaining("H = 4")
        .hasMessageContaining("Hk = 3");
    Map<String, Tensor> fine = inputs(6, 3, 3, 16, 8);
    for (String scale : List.of("0", "-1", "NaN", "Infinity", "x")) {
      assertThatThrownBy(() -> Call.of(SCORES, fine, Map.of("scale", scale)))
          .isInstanceOf(SquallException.class)
          .hasMessageContaining("scale = " + scale);
    }
    assertThatThrownBy(() -> Call.of(SCORES, fine, Map.of("stride", "0")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("stride = 0");
    assertThatThrownBy(() -> Call.of(SCORES, fine, Map.of("estimate", "median")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("mean | logmeanexp");
    fine.get("k").f32(8 * 16 + 5, Float.NaN);
    assertThatThrownBy(() -> Call.of(SCORES, fine, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input k has NaN at [1, 0, 5]");
  }
}
