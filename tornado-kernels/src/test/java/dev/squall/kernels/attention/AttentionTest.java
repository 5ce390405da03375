package dev.squall.kernels.attention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Metric;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionTest {
  private static final DenseAttention DENSE = new DenseAttention();
  private static final BlockSparseAttention SPARSE = new BlockSparseAttention();

  /** H, Hk, L, D, causal */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 1, 1, true),
        Arguments.of(1, 1, 1, 64, false),
        Arguments.of(2, 1, 7, 8, true),
        Arguments.of(3, 3, 61, 20, true),
        Arguments.of(9, 3, 67, 64, true),
        Arguments.of(1, 1, 127, 48, false),
        Arguments.of(4, 2, 129, 33, true),
        Arguments.of(2, 2, 300, 128, true),
        Arguments.of(1, 1, 523, 16, true),
        Arguments.of(1, 1, 640, 80, false));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyDenseVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int size, boolean causal) {
    Map<String, Tensor> inputs = inputs(11, heads, keyHeads, tokens, size);
    for (String variant : List.of("simd", "tiles", "rows", "loops", "reference")) {
      KernelRuns.runAndVerify(DENSE, variant, inputs, Map.of("causal", "" + causal));
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everySparseVariantAgreesWithTheReference(
      int heads, int keyHeads, int tokens, int size, boolean causal) {
    for (int block : new int[] {16, 48, 128}) {
      Map<String, Tensor> inputs = inputs(12, heads, keyHeads, tokens, size);
      int blocks = Math.ceilDiv(tokens, block);
      inputs.put(
          "mask", RandomTensors.mask(new SplittableRandom(block), 0.4, heads, blocks, blocks));
      for (String variant : List.of("simd", "tiles", "rows", "loops", "reference")) {
        KernelRuns.runAndVerify(
            SPARSE, variant, inputs, Map.of("causal", "" + causal, "block", "" + block));
      }
    }
  }

  @Test
  void blocksThatNoPanelOrTileDivides() {
    Map<String, Tensor> inputs = inputs(13, 2, 1, 211, 24);
    inputs.put("mask", RandomTensors.mask(new SplittableRandom(5), 0.5, 2, 31, 31));
    for (String variant : List.of("simd", "loops")) {
      KernelRuns.runAndVerify(SPARSE, variant, inputs, Map.of("block", "7"));
    }
  }

  @Test
  void aMaskOfAllBlocksIsDense() {
    Map<String, Tensor> inputs = inputs(14, 2, 2, 200, 32);
    Call dense = KernelRuns.run(DENSE, "simd", inputs, Map.of());
    inputs.put("mask", RandomTensors.mask(new SplittableRandom(1), 1, 2, 4, 4));
    Call sparse = KernelRuns.run(SPARSE, "simd", inputs, Map.of("block", "64"));
    assertClose(sparse.out("o"), dense.out("o"), 1e-6);
    assertThat(metrics(sparse)).containsEntry("density", 1.0).containsEntry("empty_rows", 0.0);
  }

  @Test
  void permutingKeysAndValuesTogetherChangesNothing() {
    Map<String, Tensor> inputs = inputs(15, 1, 1, 90, 16);
    Call before = KernelRuns.run(DENSE, "simd", inputs, Map.of("causal", "false"));
    Map<String, Tensor> permuted = new LinkedHashMap<>(inputs);
    for (String port : List.of("k", "v")) {
      Tensor rows = Tensor.allocate(ElementType.F32, 1, 90, 16);
      for (int token = 0; token < 90; token++) {
        for (int d = 0; d < 16; d++) {
          rows.f32((token * 37 % 90) * 16 + d, inputs.get(port).f32(token * 16 + d));
        }
      }
      permuted.put(port, rows);
    }
    Call after = KernelRuns.run(DENSE, "simd", permuted, Map.of("causal", "false"));
    assertClose(after.out("o"), before.out("o"), 2e-6);
  }

  @Test
  void aRowWithoutKeysIsZeroAndCounted() {
    Map<String, Tensor> inputs = inputs(16, 1, 1, 48, 8);
    Tensor mask = Tensor.allocate(ElementType.U8, 1, 3, 3);
    mask.i8(0, (byte) 1);
    mask.i8(8, (byte) 1);
    inputs.put("mask", mask);
    for (String variant : List.of("simd", "tiles", "rows", "loops", "reference")) {
      Call call = KernelRuns.runAndVerify(SPARSE, variant, inputs, Map.of("block", "16"));
      for (int i = 16 * 8; i < 32 * 8; i++) {
        assertThat(call.out("o").f32(i)).as(variant).isZero();
      }
      // Blocks 0 and 2 of three keep their triangles: 2 · 136 of 1176 pairs.
      assertThat(metrics(call))
          .containsEntry("empty_rows", 16.0)
          .hasEntrySatisfying("density", d -> assertThat(d).isCloseTo(272.0 / 1176, within(1e-12)));
    }
  }

  @Test
  void largeLogitsNeitherOverflowNorVanish() {
    SplittableRandom random = new SplittableRandom(17);
    Map<String, Tensor> inputs = inputs(17, 1, 1, 130, 16);
    Tensor q = inputs.get("q");
    for (long i = 0; i < q.elements(); i++) {
      q.f32(i, q.f32(i) * 12);
    }
    inputs.put("k", RandomTensors.normal(random, 1, 130, 16));
    for (String variant : List.of("simd", "tiles", "rows", "loops")) {
      KernelRuns.runAndVerify(DENSE, variant, inputs, Map.of());
    }
  }

  @Test
  void scaleIsAParameter() {
    Map<String, Tensor> inputs = inputs(18, 1, 1, 33, 4);
    Call asked = KernelRuns.runAndVerify(DENSE, "simd", inputs, Map.of("scale", "0.5"));
    Call byDefault = KernelRuns.runAndVerify(DENSE, "simd", inputs, Map.of());
    assertClose(asked.out("o"), byDefault.out("o"), 0);
  }

  @Test
  void tilesRefuseWhatTheyCannotHold() {
    Map<String, Tensor> inputs = inputs(19, 1, 1, 40, 4);
    inputs.put("mask", RandomTensors.mask(new SplittableRandom(2), 1, 1, 4, 4));
    Call call = Call.of(SPARSE, inputs, Map.of("block", "10"));
    assertThat(
            SPARSE
                .variant("tiles")
                .supports(call.sizes(), dev.squall.kernels.spec.DeviceTraits.HOST)
                .refusal())
        .contains("block 10 is no multiple of the tile's 16 rows");
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = inputs(20, 4, 3, 16, 8);
    assertInvalid(inputs, "query heads H = 4 are not a multiple of key heads Hk = 3");
    Map<String, Tensor> shorter = inputs(20, 2, 2, 16, 8);
    shorter.put("v", Tensor.allocate(ElementType.F32, 2, 15, 8));
    assertInvalid(shorter, "input v has L = 15, but q has L = 16");
    Map<String, Tensor> missing = inputs(20, 2, 2, 16, 8);
    missing.remove("k");
    assertInvalid(missing, "input k f32[Hk,L,D] is missing");
    Map<String, Tensor> notFinite = inputs(20, 2, 2, 16, 8);
    notFinite.get("k").f32(2 * 8 + 5, Float.NaN);
    assertInvalid(notFinite, "input k has NaN at [0, 2, 5]");
    Map<String, Tensor> flat = inputs(20, 2, 2, 16, 8);
    flat.put("q", flat.get("q").reshape(2, 128));
    assertInvalid(flat, "input q must have shape [H,L,D], got f32[2, 128]");
    assertThatThrownBy(() -> Call.of(DENSE, inputs(20, 1, 1, 4, 4), Map.of("scale", "-1")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("parameter scale = -1: expected real above 0");
    Map<String, Tensor> wrongMask = inputs(20, 1, 1, 100, 4);
    wrongMask.put("mask", Tensor.allocate(ElementType.U8, 1, 3, 3));
    assertThatThrownBy(() -> Call.of(SPARSE, wrongMask, Map.of("block", "50")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("NB must be 2 for these inputs and parameters, mask has 3");
  }

  private static void assertInvalid(Map<String, Tensor> inputs, String complaint) {
    assertThatThrownBy(() -> Call.of(DENSE, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage("attention.dense: " + complaint);
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    for (long i = 0; i < expected.elements(); i++) {
      assertThat((double) actual.f32(i)).isCloseTo(expected.f32(i), within(tolerance));
    }
  }

  private static Map<String, Double> metrics(Call call) {
    return SPARSE.metrics(call).stream().collect(Collectors.toMap(Metric::name, Metric::value));
  }

  private static Map<String, Tensor> inputs(
      int seed, int heads, int keyHeads, int tokens, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("q", RandomTensors.normal(random, heads, tokens, size));
    inputs.put("k", RandomTensors.normal(random, keyHeads, tokens, size));
    inputs.put("v", RandomTensors.normal(random, keyHeads, tokens, size));
    return inputs;
  }
}
