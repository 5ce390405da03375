package dev.squall.kernels.seedlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.spec.Variant;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SeedDecodeTest {
  private static final Kernel KERNEL = new SeedDecode();

  private static final SeedBlock FOUR = new SeedBlock(29717, -7, new int[] {-1, 4, -2});
  private static final int[] FOUR_SUMS = {72966, 21407, -83340, -6323, 85225, 6558, -85197, 26214};
  private static final double[] FOUR_WEIGHTS = {
    .017396981,
    .005103982,
    -.019870411,
    -.001507567,
    .020319844,
    .001563597,
    -.020313168,
    .006250095
  };

  private static final SeedBlock THREE = new SeedBlock(28425, -8, new int[] {-6, 2, 2, 1});
  private static final int[] THREE_SUMS = {
    109854, 53971, -191188, -22190, 176788, -19671, -146634, 103476, 127297, -80107, -101260, 98118
  };

  @Test
  void integerSums() {
    assertThat(FOUR.sums(8)).containsExactly(FOUR_SUMS);
    assertThat(THREE.sums(12)).containsExactly(THREE_SUMS);
  }

  @Test
  void weightsOfEveryVariant() {
    Tensor words = SeedFormat.FOUR_BIT.pack(List.of(FOUR));
    for (Variant variant : KERNEL.variants()) {
      Call call = KernelRuns.run(KERNEL, variant.name(), Map.of("words", words), Map.of());
      for (int c = 0; c < 8; c++) {
        assertThat((double) call.out("w").f32(c))
            .as(variant.name() + " weight " + c)
            .isCloseTo(FOUR_WEIGHTS[c], Offset.offset(2e-9));
      }
    }
  }

  /** The layouts of the contract, written out without the code that packs. */
  @Test
  void layouts() {
    Tensor four = SeedFormat.FOUR_BIT.pack(List.of(FOUR));
    assertThat(four.i32(0)).isEqualTo(29717 | 1 << 16 | 0xF << 20 | 0x4 << 24 | 0xE << 28);

    SeedBlock second = new SeedBlock(0x1234, 7, new int[] {7, -8, 1, -2});
    Tensor three = SeedFormat.THREE_BIT.pack(List.of(THREE, second));
    assertThat(three.type()).isEqualTo(ElementType.U8);
    int[] bytes = {0x09, 0x6F, 0xA0, 0x22, 0x41, 0x23, 0xF1, 0x87, 0xE1};
    assertThat(three.elements()).isEqualTo(9);
    for (int i = 0; i < 9; i++) {
      assertThat(three.u8(i)).as("byte " + i).isEqualTo(bytes[i]);
    }
    assertThat(SeedFormat.THREE_BIT.block(three, 0)).isEqualTo(THREE);
    assertThat(SeedFormat.THREE_BIT.block(three, 1)).isEqualTo(second);
  }

  @Test
  void anOddLastBlockIsPairedWithZeros() {
    Tensor words = SeedFormat.THREE_BIT.pack(List.of(THREE));
    Call call = KernelRuns.run(KERNEL, "simd", Map.of("words", words), Map.of("config", "3bit"));
    assertThat(call.out("w").elements()).isEqualTo(24);
    for (int c = 12; c < 24; c++) {
      assertThat(call.out("w").f32(c)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(SeedFormat.class)
  void everyVariantAgreesWithTheReference(SeedFormat format) {
    for (int blocks : new int[] {1, 2, 7, 15, 16, 17, 33, 257, 1023, 1024, 1025, 2083}) {
      long seed = 71 * blocks + format.ordinal();
      Map<String, Tensor> inputs = Map.of("words", format.pack(random(format, blocks, seed)));
      KernelRuns.verifyAll(
          KERNEL,
          inputs,
          Map.of("config", format.label()),
          "%d blocks, seed %d".formatted(blocks, seed));
    }
  }

  /** One single-precision product of an exact sum: every variant gives the same bits. */
  @ParameterizedTest
  @EnumSource(SeedFormat.class)
  void everyVariantGivesTheSameBits(SeedFormat format) {
    long seed = 5;
    List<SeedBlock> blocks = random(format, 4099, seed);
    Map<String, Tensor> inputs = Map.of("words", format.pack(blocks));
    for (String variant : List.of("simd", "loops")) {
      Tensor w = KernelRuns.run(KERNEL, variant, inputs, Map.of("config", format.label())).out("w");
      for (int i = 0; i < blocks.size(); i++) {
        SeedBlock block = blocks.get(i);
        int[] sums = block.sums(format.weights());
        float factor = (float) (Math.pow(2, block.exponent()) / 32767);
        for (int c = 0; c < sums.length; c++) {
          assertThat(w.f32((long) i * sums.length + c))
              .as("%s %s block %d weight %d, seed %d", format, variant, i, c, seed)
              .isEqualTo(sums[c] * factor);
        }
      }
    }
  }

  /** With one mantissa of 1 the integer sum is a state: all windows of all seeds, not a sample. */
  @ParameterizedTest
  @EnumSource(SeedFormat.class)
  void windowsAreTheStatesOfTheRegister(SeedFormat format) {
    for (int p = 0; p < format.coefficients(); p++) {
      int[] mantissas = new int[format.coefficients()];
      mantissas[p] = 1;
      List<SeedBlock> blocks = new ArrayList<>();
      for (int state = 1; state < 1 << 16; state++) {
        blocks.add(new SeedBlock(state, 7, mantissas));
      }
      Map<String, Tensor> inputs = Map.of("words", format.pack(blocks));
      Map<String, String> parameters = Map.of("config", format.label());
      Tensor simd = KernelRuns.run(KERNEL, "simd", inputs, parameters).out("w");
      Tensor loops = KernelRuns.run(KERNEL, "loops", inputs, parameters).out("w");
      assertThat(simd.data().mismatch(loops.data())).isEqualTo(-1);
      int wrong = 0;
      for (int i = 0; i < blocks.size(); i++) {
        int[] states =
            SeedBlock.REGISTER.states(
                blocks.get(i).state(), format.weights() * format.coefficients());
        for (int c = 0; c < format.weights(); c++) {
          long state =
              Math.round(simd.f32((long) i * format.weights() + c) * 32767.0 / 128) + 32768;
          wrong += state == states[c * format.coefficients() + p] ? 0 : 1;
        }
      }
      assertThat(wrong).as("wrong states of coefficient " + p).isZero();
    }
  }

  @Test
  void aSumOffByOneIsFound() {
    Tensor words = SeedFormat.FOUR_BIT.pack(List.of(FOUR));
    Call call = KernelRuns.run(KERNEL, "simd", Map.of("words", words), Map.of());
    float factor = (float) (Math.pow(2, -7) / 32767);
    call.out("w").f32(4, (FOUR_SUMS[4] + 1) * factor);
    Comparison comparison = Verifier.exhaustive().verify(KERNEL, call, "jvm");
    assertThat(comparison.verdict()).isEqualTo(Verdict.WRONG);
    assertThat(comparison.detail()).startsWith("output w at [4]");
  }

  @Test
  void stateZeroIsRefused() {
    Tensor four = SeedFormat.FOUR_BIT.pack(List.of(FOUR, new SeedBlock(0, 0, new int[3])));
    assertInvalid(four, "4bit", "input words has state 0 in block 1, a seed is 1 to 65535");
    Tensor three =
        SeedFormat.THREE_BIT.pack(
            List.of(THREE, THREE, THREE, new SeedBlock(0, 7, new int[] {1, 2, 3, 4})));
    assertInvalid(three, "3bit", "input words has state 0 in block 3, a seed is 1 to 65535");
  }

  @Test
  void wrongStorageIsRefused() {
    Tensor four = SeedFormat.FOUR_BIT.pack(List.of(FOUR));
    assertInvalid(four, "3bit", "input words must be u8, got i32[1]");
    Tensor three = SeedFormat.THREE_BIT.pack(List.of(THREE));
    assertInvalid(three, "4bit", "input words must be i32, got u8[9]");
    assertInvalid(
        Tensor.of(ElementType.U8, new byte[13], 13),
        "3bit",
        "words has 13 bytes, expected whole pairs of blocks of 9 bytes each");
    assertInvalid(four, "2bit", "parameter config = 2bit: expected 4bit | 3bit");
  }

  static List<SeedBlock> random(SeedFormat format, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<SeedBlock> blocks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] mantissas = random.ints(format.coefficients(), -8, 8).toArray();
      blocks.add(new SeedBlock(random.nextInt(1, 1 << 16), random.nextInt(-8, 8), mantissas));
    }
    return blocks;
  }

  private static void assertInvalid(Tensor words, String config, String message) {
    assertThatThrownBy(() -> Call.of(KERNEL, Map.of("words", words), Map.of("config", config)))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT))
        .hasMessageContaining(message);
  }
}
