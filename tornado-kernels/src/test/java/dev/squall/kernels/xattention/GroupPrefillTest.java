package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionRecall;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.DenseAttention;
import dev.squall.kernels.attention.KeptKeys;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupPrefillTest {
  private static final GroupPrefill PREFILL = new GroupPrefill();

  /** H, Hk, L, D, S, B, local */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 4, 8, 128, 64),
        Arguments.of(2, 1, 7, 5, 1, 16, 0),
        Arguments.of(1, 1, 127, 16, 8, 16, 20),
        Arguments.of(9, 3, 128, 8, 16, 32, 0),
        Arguments.of(3, 3, 129, 20, 4, 16, 3),
        Arguments.of(1, 1, 300, 24, 16, 128, 64));
  }

  private static Map<String, Tensor> inputs(int heads, int keyHeads, int tokens, int depth) {
    SplittableRandom random = new SplittableRandom(51);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", RandomTensors.normal(random, heads, tokens, depth));
    inputs.put("k", RandomTensors.normal(random, keyHeads, tokens, depth));
    inputs.put("v", RandomTensors.normal(random, keyHeads, tokens, depth));
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int stride, int block, int local) {
    for (String variant : List.of("simd", "loops", "reference")) {
      for (String estimate : List.of("mean", "logmeanexp")) {
        KernelRuns.runAndVerify(
            PREFILL,
            variant,
            inputs(heads, keyHeads, tokens, depth),
            Map.of(
                "stride", "" + stride,
                "block", "" + block,
                "local", "" + local,
                "estimate", estimate,
                "threshold", "0.5"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops", "reference"})
  void aThresholdOfOneIsDenseAttention(String variant) {
    Map<String, Tensor> inputs = inputs(4, 2, 203, 16);
    Call dense = KernelRuns.run(new DenseAttention(), "reference", inputs, Map.of());
    Call all = KernelRuns.run(PREFILL, variant, inputs, Map.of("threshold", "1", "block", "32"));
    for (long i = 0; i < dense.out("o").elements(); i++) {
      assertThat((double) all.out("o").f32(i)).isCloseTo(dense.out("o").f32(i), within(2e-5));
    }
    assertThat(all.out("density").f32(3)).isCloseTo(1f, within(1e-6f));
  }

  /** Blocks as wide as a group are XAttention's own, but for the local tokens. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void groupsAsLargeAsBlocksAreBlocks(String variant) {
    Map<String, Tensor> inputs = inputs(3, 1, 150, 8);
    Map<String, String> parameters = Map.of("stride", "16", "block", "16", "threshold", "0.6");
    Map<String, String> alone = new HashMap<>(parameters);
    alone.put("local", "0");
    Call groups = KernelRuns.run(PREFILL, variant, inputs, alone);
    Call blocks = KernelRuns.run(new SparsePrefill(), "reference", inputs, parameters);
    for (long i = 0; i < blocks.out("mask").elements(); i++) {
      assertThat(groups.out("groups").u8(i)).as("%d", i).isEqualTo(blocks.out("mask").u8(i));
    }
    for (int head = 0; head < 3; head++) {
      assertThat(groups.out("density").f32(head))
          .isCloseTo(blocks.out("density").f32(head), within(1e-5f));
    }
  }

  /** Weight in two narrow columns, far apart: two groups hold it where blocks need two blocks. */
  @Test
  void narrowColumnsCostTheirGroupsAlone() {
    int tokens = 512;
    Map<String, Tensor> inputs = inputs(1, 1, tokens, 16);
    for (int token = 0; token < tokens; token++) {
      for (int d = 0; d < 16; d++) {
        boolean column = token == 150 || token == 300;
        inputs.get("q").f32((long) token * 16 + d, d == 0 ? 10 : 0.01f);
        inputs.get("k").f32((long) token * 16 + d, d == 0 ? (column ? 8 : 0) : 0.01f);
      }
    }
    Call groups =
        KernelRuns.run(
            PREFILL, "simd", inputs, Map.of("block", "128", "threshold", "0.9", "local", "16"));
    for (int group = 0; group < 32; group++) {
      // The last block of queries: sink, the two columns, sixteen tokens before it, itself.
      boolean kept = group == 0 || group == 9 || group == 18 || group >= 23;
      assertThat(groups.out("groups").u8(3 * 32 + group)).isEqualTo((byte) (kept ? 1 : 0));
    }
    AttentionShape shape = GroupPrefill.shape(groups.sizes());
    assertThat(
            AttentionRecall.row(
                inputs.get("q"),
                inputs.get("k"),
                shape,
                KeptKeys.of(shape, GroupIndex.of(groups)),
                0,
                511))
        .isGreaterThan(0.99);
  }

  /** A chunk that begins at a block chooses as the whole prompt does. */
  @ParameterizedTest
  @ValueSource(strings = {"simd", "loops"})
  void chunksChooseAsTheWholePrompt(String variant) {
    Map<String, Tensor> whole = inputs(2, 1, 160, 8);
    Map<String, String> parameters = Map.of("block", "32", "threshold", "0.5", "local", "16");
    Call all = KernelRuns.run(PREFILL, variant, whole, parameters);
    Map<String, Tensor> chunk = new LinkedHashMap<>(whole);
    Tensor q = Tensor.of(new float[2 * 96 * 8], 2, 96, 8);
    for (int i = 0; i < 2 * 96 * 8; i++) {
      q.f32(i, whole.get("q").f32((long) (i / 768) * 160 * 8 + 64 * 8 + i % 768));
    }
    chunk.put("q", q);
    Call tail = KernelRuns.run(PREFILL, variant, chunk, parameters);
    for (int i = 0; i < 2 * 3 * 10; i++) {
      assertThat(tail.out("groups").u8(i))
          .isEqualTo(all.out("groups").u8((long) (i / 30) * 50 + 20 + i % 30));
    }
    for (int i = 0; i < 2 * 768; i++) {
      assertThat((double) tail.out("o").f32(i))
          .isCloseTo(all.out("o").f32((long) (i / 768) * 1280 + 512 + i % 768), within(1e-5));
    }
  }

  @Test
  void badInputIsNamed() {
    Map<String, Tensor> inputs = inputs(1, 1, 40, 8);
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of("block", "24", "stride", "16")))
        .isInstanceOf(SquallException.class)
        .hasMessage("xattention.group_prefill: block = 24 is no multiple of stride = 16");
    inputs.put("thresholds", Tensor.of(new float[] {1.5f}, 1));
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of())).hasMessageContaining("thresholds");
  }
}
