package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.attention.AttentionPrograms;
import dev.squall.kernels.attention.AttentionShape;
import dev.squall.kernels.attention.DenseAttention;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.launch.Program;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.DeviceTraits;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
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

class SparsePrefillTest {
  private static final SparsePrefill PREFILL = new SparsePrefill();
  private static final List<String> VARIANTS = List.of("simd", "tiles", "loops", "reference");

  /** H, Hk, L, D, S, B */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 4, 8, 128),
        Arguments.of(2, 1, 7, 5, 1, 16),
        Arguments.of(1, 1, 127, 16, 8, 16),
        Arguments.of(9, 3, 128, 8, 16, 32),
        Arguments.of(3, 3, 129, 20, 4, 16),
        Arguments.of(1, 1, 300, 24, 16, 128),
        Arguments.of(1, 1, 531, 8, 8, 32));
  }

  /** Keys that lie along the queries of some other token, so that attention has peaks. */
  private static Map<String, Tensor> inputs(
      long seed, int heads, int keyHeads, int tokens, int depth) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", RandomTensors.normal(random, heads, tokens, depth));
    Tensor k = RandomTensors.normal(random, keyHeads, tokens, depth);
    for (int head = 0; head < keyHeads; head++) {
      for (int key = 0; key < tokens; key++) {
        long query = (long) head * (heads / keyHeads) * tokens + key * 37 % tokens;
        for (int d = 0; d < depth; d++) {
          long at = ((long) head * tokens + key) * depth + d;
          k.f32(at, k.f32(at) + 2 * inputs.get("q").f32(query * depth + d));
        }
      }
    }
    inputs.put("k", k);
    inputs.put("v", RandomTensors.normal(random, keyHeads, tokens, depth));
    return inputs;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int stride, int block) {
    Map<String, Tensor> inputs = inputs(51, heads, keyHeads, tokens, depth);
    for (String variant : VARIANTS) {
      for (String estimate : List.of("mean", "logmeanexp")) {
        for (String causal : List.of("true", "false")) {
          Map<String, String> parameters =
              Map.of(
                  "stride",
                  "" + stride,
                  "block",
                  "" + block,
                  "estimate",
                  estimate,
                  "causal",
                  causal,
                  "threshold",
                  "0.7");
          KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void aThresholdOfOneIsDenseAttention(String variant) {
    // O4.
    Map<String, Tensor> inputs = inputs(52, 4, 2, 203, 16);
    for (String causal : List.of("true", "false")) {
      Call dense =
          KernelRuns.run(new DenseAttention(), "reference", inputs, Map.of("causal", causal));
      Call sparse =
          KernelRuns.run(
              PREFILL, variant, inputs, Map.of("causal", causal, "threshold", "1", "block", "32"));
      for (long i = 0; i < dense.out("o").elements(); i++) {
        assertThat((double) sparse.out("o").f32(i)).isCloseTo(dense.out("o").f32(i), within(2e-5));
      }
      for (int head = 0; head < 4; head++) {
        assertThat(sparse.out("density").f32(head)).isCloseTo(1f, within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void theMaskIsThatOfTheThreeStepsAndDensityCountsTokens(String variant) {
    // L = 100 leaves a last block of four tokens.
    Map<String, Tensor> inputs = inputs(53, 3, 1, 100, 16);
    inputs.put("thresholds", Tensor.of(new float[] {0f, 0.6f, 1f}, 3));
    Map<String, String> parameters = Map.of("stride", "4", "block", "16");
    Call prefill = KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters);
    Tensor mask = prefill.out("mask");
    Tensor expected = threeSteps(inputs);
    for (long i = 0; i < mask.elements(); i++) {
      assertThat(mask.u8(i)).isEqualTo(expected.u8(i));
    }
    for (int head = 0; head < 3; head++) {
      int pairs = 0;
      for (int query = 0; query < 100; query++) {
        for (int key = 0; key <= query; key++) {
          pairs += mask.u8((head * 7 + query / 16) * 7 + key / 16);
        }
      }
      assertThat((double) prefill.out("density").f32(head)).isCloseTo(pairs / 5050.0, within(1e-6));
    }
    double sum = 0;
    for (int head = 0; head < 3; head++) {
      sum += prefill.out("density").f32(head);
    }
    assertThat(PREFILL.metrics(prefill)).containsExactly(new Metric("density", sum / 3));
    // Head 0 keeps the first column and the diagonal only.
    assertThat(prefill.out("density").f32(0)).isLessThan(0.5f);
    assertThat(prefill.out("density").f32(2)).isEqualTo(1f);
  }

  private static Tensor threeSteps(Map<String, Tensor> inputs) {
    Tensor mass = masses(inputs);
    return KernelRuns.run(
            new BlockSelection(),
            "reference",
            Map.of("mass", mass, "thresholds", inputs.get("thresholds")),
            Map.of())
        .out("mask");
  }

  private static Tensor masses(Map<String, Tensor> inputs) {
    Call scores =
        KernelRuns.run(
            new AntidiagonalScores(),
            "reference",
            Map.of("q", inputs.get("q"), "k", inputs.get("k")),
            Map.of("stride", "4", "estimate", "logmeanexp"));
    return KernelRuns.run(
            new BlockMass(),
            "reference",
            Map.of("scores", scores.out("scores")),
            Map.of("stride", "4", "block", "16"))
        .out("mass");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void theBlocksOfTheLastTokensStayDense(String variant) {
    Map<String, Tensor> inputs = inputs(54, 1, 1, 160, 8);
    Map<String, String> parameters =
        Map.of(
            "stride", "8", "block", "16", "threshold", "0.3", "dense_tail", "33", "scale", "0.2");
    Tensor mask = KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters).out("mask");
    for (int row = 0; row < 10; row++) {
      int kept = 0;
      for (int column = 0; column < 10; column++) {
        kept += mask.u8(row * 10 + column);
      }
      // Tokens 127 to 159 lie in block rows 7, 8 and 9.
      if (row >= 7) {
        assertThat(kept).as("row %d", row).isEqualTo(row + 1);
      } else if (row >= 5) {
        assertThat(kept).as("row %d", row).isLessThan(row + 1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void theFirstPassesAreDense(String variant) {
    Map<String, Tensor> inputs = inputs(61, 2, 1, 130, 8);
    for (int pass = 0; pass < 4; pass++) {
      Map<String, String> parameters =
          Map.of(
              "stride", "4",
              "block", "16",
              "threshold", "0.2",
              "dense_passes", "2",
              "pass", "" + pass);
      Call call = KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters);
      if (pass < 2) {
        assertThat(call.out("density").f32(1)).isEqualTo(1f);
      } else {
        assertThat(call.out("density").f32(1)).isLessThan(.8f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void sharedMasksAndMarginsAgreeWithTheReference(
      int heads, int keyHeads, int tokens, int depth, int stride, int block) {
    Map<String, Tensor> inputs = inputs(62, heads, keyHeads, tokens, depth);
    for (String variant : VARIANTS) {
      for (String margin : stride > 1 ? List.of("0", "0.1", "1") : List.of("0")) {
        for (String causal : List.of("true", "false")) {
          Map<String, String> parameters =
              Map.of(
                  "stride",
                  "" + stride,
                  "block",
                  "" + block,
                  "causal",
                  causal,
                  "threshold",
                  "0.7",
                  "mask_sharing",
                  margin.equals("1") ? "head" : "group",
                  "margin",
                  margin);
          KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void aSharedMaskIsThatOfTheSummedMassesAndTheLargestThreshold(String variant) {
    Map<String, Tensor> inputs = inputs(63, 6, 2, 100, 16);
    inputs.put("thresholds", Tensor.of(new float[] {.3f, .6f, .5f, .7f, .2f, .1f}, 6));
    Map<String, String> parameters = Map.of("stride", "4", "block", "16", "mask_sharing", "group");
    Tensor mask = KernelRuns.runAndVerify(PREFILL, variant, inputs, parameters).out("mask");
    Tensor mass = masses(inputs);
    Tensor summed = Tensor.of(new float[2 * 49], 2, 7, 7);
    for (int head = 0; head < 6; head++) {
      for (int i = 0; i < 49; i++) {
        long at = head / 3 * 49 + i;
        summed.f32(at, summed.f32(at) + mass.f32(head * 49 + i));
      }
    }
    Tensor expected =
        KernelRuns.run(
                new BlockSelection(),
                "reference",
                Map.of("mass", summed, "thresholds", Tensor.of(new float[] {.6f, .7f}, 2)),
                Map.of())
            .out("mask");
    for (int head = 0; head < 6; head++) {
      for (int i = 0; i < 49; i++) {
        assertThat(mask.u8(head * 49 + i))
            .as("head %d block %d", head, i)
            .isEqualTo(expected.u8(head / 3 * 49 + i));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void aMarginCountsBlocksForLessWhereHalfTheSampleDisagrees(String variant) {
    Map<String, Tensor> inputs = inputs(64, 1, 1, 128, 8);
    double[][] all = blockMasses(inputs, 4);
    double[][] half = blockMasses(inputs, 2);
    boolean more = false;
    Map<String, String> parameters = Map.of("stride", "4", "block", "16", "threshold", "0.6");
    Map<String, String> without = new LinkedHashMap<>(parameters);
    without.put("margin", "0");
    Map<String, String> with = new LinkedHashMap<>(parameters);
    with.put("margin", "0.8");
    Tensor plain = KernelRuns.runAndVerify(PREFILL, variant, inputs, without).out("mask");
    Tensor careful = KernelRuns.runAndVerify(PREFILL, variant, inputs, with).out("mask");
    for (int row = 0; row < 8; row++) {
      boolean[] expected = byMargin(all[row], half[row], row, 0.6, 0.8);
      for (int column = 0; column <= row; column++) {
        int at = row * 8 + column;
        assertThat(careful.u8(at) == 1).as("%d %d", row, column).isEqualTo(expected[column]);
        assertThat(careful.u8(at)).isGreaterThanOrEqualTo(plain.u8(at));
        more |= careful.u8(at) > plain.u8(at);
      }
    }
    assertThat(more).isTrue();
  }

  /** The stated choice of one block row, written out. */
  private static boolean[] byMargin(
      double[] mass, double[] half, int row, double threshold, double margin) {
    boolean[] kept = new boolean[row + 1];
    kept[0] = true;
    kept[row] = true;
    double total = 0;
    for (int column = 0; column <= row; column++) {
      total += mass[column];
    }
    double covered = mass[row] + (row > 0 ? mass[0] : 0);
    while (covered < threshold * total) {
      int next = -1;
      for (int column = 1; column < row; column++) {
        if (!kept[column] && (next < 0 || mass[column] > mass[next])) {
          next = column;
        }
      }
      if (next < 0) {
        break;
      }
      kept[next] = true;
      covered += Math.max(0, mass[next] - margin * Math.abs(half[next] - mass[next]));
    }
    return kept;
  }

  /**
   * Masses of 16 × 16 blocks from the first {@code phases} of four pairs of each 4 × 4 tile below
   * the diagonal, and from the two causal ones of a diagonal tile; one head, 128 tokens.
   */
  private static double[][] blockMasses(Map<String, Tensor> inputs, int phases) {
    double[][] masses = new double[8][8];
    for (int i = 0; i < 32; i++) {
      double[] tile = new double[i + 1];
      double total = 0;
      for (int j = 0; j <= i; j++) {
        int pairs = j == i ? 2 : phases;
        for (int s = 0; s < pairs; s++) {
          double logit = 0;
          for (int d = 0; d < 8; d++) {
            logit +=
                (double) inputs.get("q").f32((i * 4 + 3 - s) * 8 + d)
                    * inputs.get("k").f32((j * 4 + s) * 8 + d);
          }
          // Ten of sixteen pairs of a diagonal tile are causal.
          tile[j] += Math.exp(logit / Math.sqrt(8)) / pairs * (j == i ? 10 / 16.0 : 1);
        }
        total += tile[j];
      }
      for (int j = 0; j <= i; j++) {
        masses[i / 4][j / 4] += tile[j] / total;
      }
    }
    return masses;
  }

  @Test
  void aMarginNeedsHalves() {
    Map<String, Tensor> inputs = inputs(65, 2, 1, 40, 8);
    for (Map<String, String> parameters :
        List.of(
            Map.of("margin", "0.05", "estimate", "mean"),
            Map.of("margin", "0.05", "stride", "1"))) {
      assertThatThrownBy(() -> Call.of(PREFILL, inputs, parameters))
          .isInstanceOf(SquallException.class)
          .hasMessage(
              "xattention.prefill: margin = 0.05 needs estimate = logmeanexp and a stride of at"
                  + " least 2");
    }
  }

  @Test
  void aRowWithoutKeysIsZero() {
    Map<String, Tensor> inputs = inputs(55, 1, 1, 40, 8);
    inputs.put("thresholds", Tensor.of(new float[] {0f}, 1));
    for (String variant : VARIANTS) {
      Call call =
          KernelRuns.runAndVerify(
              PREFILL, variant, inputs, Map.of("block", "16", "causal", "false"));
      for (int i = 0; i < 320; i++) {
        assertThat(call.out("o").f32(i)).as(variant).isZero();
      }
      assertThat(call.out("density").f32(0)).isZero();
    }
  }

  @Test
  void wrongOutputsAreFound() {
    Map<String, Tensor> inputs = inputs(56, 1, 1, 96, 8);
    Map<String, String> parameters = Map.of("stride", "4", "block", "16", "threshold", "0.6");
    Call right = KernelRuns.runAndVerify(PREFILL, "simd", inputs, parameters);
    int dropped = 5 * 6;
    assertThat(right.out("mask").u8(dropped)).isEqualTo(1);

    Call mask = KernelRuns.run(PREFILL, "simd", inputs, parameters);
    mask.out("mask").i8(dropped, (byte) 0);
    assertThat(verdict(PREFILL, mask)).isEqualTo(Verdict.WRONG);

    Call output = KernelRuns.run(PREFILL, "simd", inputs, parameters);
    output.out("o").f32(700, output.out("o").f32(700) + 1e-3f);
    assertThat(verdict(PREFILL, output)).isEqualTo(Verdict.WRONG);

    Call density = KernelRuns.run(PREFILL, "simd", inputs, parameters);
    density.out("density").f32(0, density.out("density").f32(0) * 1.001f);
    assertThat(verdict(PREFILL, density)).isEqualTo(Verdict.WRONG);
  }

  @Test
  void aMaskDecidedOtherwiseWithinRoundingIsRightIfTheOutputFollowsIt() {
    // Zero keys make all masses equal: which of the open blocks a row takes is a tie.
    Map<String, Tensor> inputs = inputs(57, 1, 1, 64, 8);
    inputs.put("k", Tensor.of(new float[64 * 8], 1, 64, 8));
    Map<String, String> parameters =
        Map.of("stride", "4", "block", "16", "threshold", "0.7", "estimate", "mean");
    Call call = KernelRuns.runAndVerify(PREFILL, "simd", inputs, parameters);
    Tensor mask = call.out("mask");
    assertThat(mask.u8(13)).isEqualTo(1);
    assertThat(mask.u8(14)).isZero();
    mask.i8(13, (byte) 0);
    mask.i8(14, (byte) 1);
    // The output still belongs to the other mask.
    assertThat(verdict(PREFILL, call)).isEqualTo(Verdict.WRONG);
    attend(call);
    assertThat(verdict(PREFILL, call)).isEqualTo(Verdict.PASSED);
  }

  /** Recomputes the output of the last block row from the mask: the mean of the values kept. */
  private static void attend(Call call) {
    for (int query = 48; query < 64; query++) {
      for (int d = 0; d < 8; d++) {
        double sum = 0;
        int kept = 0;
        for (int key = 0; key <= query; key++) {
          if (call.out("mask").u8(12 + key / 16) == 1) {
            sum += call.in("v").f32(key * 8 + d);
            kept++;
          }
        }
        call.out("o").f32(query * 8 + d, (float) (sum / kept));
      }
    }
  }

  private static Verdict verdict(Kernel kernel, Call call) {
    return Verifier.exhaustive().verify(kernel, call, "jvm").verdict();
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = inputs(58, 2, 2, 40, 8);
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of("stride", "12", "block", "128")))
        .isInstanceOf(SquallException.class)
        .hasMessage("xattention.prefill: block = 128 is no multiple of stride = 12");
    for (String threshold : List.of("0", "1.5", "NaN")) {
      assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of("threshold", threshold)))
          .isInstanceOf(SquallException.class)
          .hasMessageContaining("threshold = " + threshold);
    }
    inputs.put("thresholds", Tensor.of(new float[] {0.5f, -0.5f}, 2));
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input thresholds has -0.5 at [1]");
    inputs.remove("thresholds");
    inputs.get("v").f32(9, Float.POSITIVE_INFINITY);
    assertThatThrownBy(() -> Call.of(PREFILL, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input v has Infinity at [0, 1, 1]");
  }

  @Test
  void theProgramStartsWithTheSizesThatTheAttentionTaskReads() {
    Call call = Call.of(PREFILL, inputs(60, 4, 2, 50, 8), Map.of("block", "16", "causal", "false"));
    AttentionShape shape = AttentionShape.of(call.sizes());
    List<Integer> expected =
        AttentionPrograms.dims(new AttentionPrograms.Plan(shape, "mask", true, 16));
    for (String variant : List.of("tiles", "loops")) {
      Variant.Device device = (Variant.Device) PREFILL.variant(variant);
      Program program = device.program().apply(call.sizes());
      assertThat(program.dims()).as(variant).startsWith(expected.toArray(Integer[]::new));
      assertThat(program.scalars()).as(variant).startsWith(shape.scale());
    }
  }

  @Test
  void tilesThatDoNotFitAreRefusedWithTheReason() {
    Call call = Call.of(PREFILL, inputs(59, 1, 1, 40, 8), Map.of("stride", "4", "block", "12"));
    assertThat(PREFILL.variant("tiles").supports(call.sizes(), DeviceTraits.HOST).refusal())
        .hasValueSatisfying(reason -> assertThat(reason).contains("block 12"));
    DeviceTraits small = new DeviceTraits(false, true, 128, 1 << 15, 64, false, false, false);
    Call fine = Call.of(PREFILL, inputs(59, 1, 1, 40, 8), Map.of());
    assertThat(PREFILL.variant("tiles").supports(fine.sizes(), small).refusal())
        .hasValueSatisfying(reason -> assertThat(reason).contains("work-groups of 256"));
    assertThat(PREFILL.variant("loops").supports(fine.sizes(), small).supported()).isTrue();
  }
}
