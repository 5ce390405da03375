package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.Prompts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Queries that follow a cached prefix. */
class ChunkedPrefillTest {
  private static final SparsePrefill PREFILL = new SparsePrefill();
  private static final List<String> VARIANTS = List.of("simd", "loops", "reference");

  private static Map<String, String> parameters(String estimate, String threshold) {
    return Map.of("stride", "4", "block", "16", "estimate", estimate, "threshold", threshold);
  }

  /** The queries of tokens [from, to) with the keys up to {@code to}. */
  private static Map<String, Tensor> chunk(Map<String, Tensor> inputs, int from, int to) {
    Map<String, Tensor> chunk = new HashMap<>();
    chunk.put("q", tokens(inputs.get("q"), from, to));
    chunk.put("k", tokens(inputs.get("k"), 0, to));
    chunk.put("v", tokens(inputs.get("v"), 0, to));
    return chunk;
  }

  private static Tensor tokens(Tensor all, int from, int to) {
    int depth = (int) all.dim(2);
    Tensor part = Tensor.allocate(ElementType.F32, all.dim(0), to - from, depth);
    for (int head = 0; head < all.dim(0); head++) {
      for (int i = 0; i < (to - from) * depth; i++) {
        long source = (head * all.dim(1) + from) * depth + i;
        part.f32((long) head * (to - from) * depth + i, all.f32(source));
      }
    }
    return part;
  }

  /** A prompt in chunks that begin where blocks do selects and computes what it does whole. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void chunksAtBlocksAreTheWholePrompt(String variant) {
    int tokens = 200;
    Map<String, Tensor> inputs = Prompts.inputs(131, 4, 2, tokens, 12);
    for (String estimate : List.of("mean", "logmeanexp")) {
      Map<String, String> parameters = parameters(estimate, "0.7");
      Call whole = KernelRuns.run(PREFILL, variant, inputs, parameters);
      for (int[] span : new int[][] {{0, 64}, {64, 80}, {80, 192}, {192, 200}}) {
        Map<String, Tensor> chunk = chunk(inputs, span[0], span[1]);
        Call part = KernelRuns.runAndVerify(PREFILL, variant, chunk, parameters);
        int rows = span[1] - span[0];
        int blocks = (int) part.out("mask").dim(2);
        int queryBlocks = (int) part.out("mask").dim(1);
        assertThat(queryBlocks).isEqualTo(blocks - span[0] / 16);
        for (int head = 0; head < 4; head++) {
          for (int row = 0; row < queryBlocks; row++) {
            for (int column = 0; column < blocks; column++) {
              int expected = whole.out("mask").u8((head * 13L + span[0] / 16 + row) * 13 + column);
              assertThat(part.out("mask").u8(((long) head * queryBlocks + row) * blocks + column))
                  .as("%s, row %d, column %d", estimate, row, column)
                  .isEqualTo(expected);
            }
          }
          for (int i = 0; i < rows * 12; i++) {
            double expected = whole.out("o").f32((head * (long) tokens + span[0]) * 12 + i);
            assertThat((double) part.out("o").f32((long) head * rows * 12 + i))
                .isCloseTo(expected, within(3e-6));
          }
        }
      }
    }
  }

  @Test
  void everyVariantAgreesWithTheReferenceAtAnyOffset() {
    for (int[] span : new int[][] {{1, 2}, {3, 90}, {17, 131}, {63, 64}, {100, 150}, {149, 150}}) {
      Map<String, Tensor> inputs = chunk(Prompts.inputs(132, 2, 1, 150, 20), span[0], span[1]);
      for (String estimate : List.of("mean", "logmeanexp")) {
        for (String causal : List.of("true", "false")) {
          Map<String, String> parameters = new HashMap<>(parameters(estimate, "0.6"));
          parameters.put("causal", causal);
          for (String variant : VARIANTS) {
            KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters);
          }
        }
      }
    }
  }

  /** The masses of a partial group are those of its own queries, from the full attention. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aThresholdOfOneIsDenseAttentionOverThePrefix(String variant) {
    for (int offset : new int[] {1, 16, 37, 99}) {
      Map<String, Tensor> inputs = chunk(Prompts.inputs(133, 2, 2, 100, 8), offset, 100);
      Call call = KernelRuns.run(PREFILL, variant, inputs, parameters("logmeanexp", "1"));
      assertThat(Prompts.worst(inputs, call.out("o"), (h, r, k) -> true)).isLessThan(5e-6);
      assertThat(call.out("density").f32(1)).isCloseTo(1f, within(1e-6f));
    }
  }

  /** One stride a token: scores are logits, whatever the offset, and the mask covers its share. */
  @Test
  void exactScoresCoverTheThreshold() {
    Map<String, Tensor> inputs = chunk(Prompts.inputs(134, 1, 1, 140, 8), 45, 140);
    Map<String, String> parameters = new HashMap<>(parameters("logmeanexp", "0.8"));
    parameters.put("stride", "1");
    Call call = KernelRuns.runAndVerify(PREFILL, "simd", inputs, parameters);
    for (int row = 0; row < 7; row++) {
      double covered = 0;
      double rows = 0;
      for (int token = Math.max(45, 32 + 16 * row); token < Math.min(140, 48 + 16 * row); token++) {
        double[] weights = weights(inputs, token - 45, token);
        for (int key = 0; key <= token; key++) {
          covered += call.out("mask").u8(row * 9L + key / 16) * weights[key];
        }
        rows++;
      }
      assertThat(covered / rows).as("block row %d", row).isGreaterThan(.8 - 1e-6);
    }
  }

  private static double[] weights(Map<String, Tensor> inputs, int query, int token) {
    double[] weights = new double[token + 1];
    double total = 0;
    for (int key = 0; key <= token; key++) {
      double dot = 0;
      for (int d = 0; d < 8; d++) {
        dot += (double) inputs.get("q").f32(query * 8L + d) * inputs.get("k").f32(key * 8L + d);
      }
      weights[key] = Math.exp(dot / Math.sqrt(8));
      total += weights[key];
    }
    for (int key = 0; key <= token; key++) {
      weights[key] /= total;
    }
    return weights;
  }

  @Test
  void whatCannotBeIsNamed() {
    Map<String, Tensor> inputs = chunk(Prompts.inputs(135, 1, 1, 40, 8), 8, 40);
    Call chunk = Call.of(PREFILL, inputs, Map.of());
    assertThat(PREFILL.variant("tiles").supports(chunk.sizes(), DeviceTraits.HOST).refusal())
        .contains("tiles score whole prompts, not chunks of one");
    inputs.put("q", Prompts.inputs(136, 1, 1, 41, 8).get("q"));
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage("xattention.prefill: queries Q = 41 are more than tokens L = 40");
  }
}
