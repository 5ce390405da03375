package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.testing.RandomTensors;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMassTest {
  private static final AntidiagonalScores SCORES = new AntidiagonalScores();
  private static final BlockMass MASS = new BlockMass();
  private static final List<String> VARIANTS = List.of("simd", "tiles", "loops", "reference");

  /** H, G, stride, block */
  static Stream<Arguments> shapes() {
    return Stream.of(
        Arguments.of(1, 1, 8, 128),
        Arguments.of(2, 7, 8, 16),
        Arguments.of(3, 16, 16, 128),
        Arguments.of(1, 17, 4, 4),
        Arguments.of(9, 33, 8, 128),
        Arguments.of(1, 129, 1, 128),
        Arguments.of(2, 300, 8, 64));
  }

  private static Map<String, Tensor> scores(long seed, int heads, int groups) {
    Tensor scores = RandomTensors.normal(new SplittableRandom(seed), heads, groups, groups);
    for (long i = 0; i < scores.elements(); i++) {
      scores.f32(i, 3 * scores.f32(i));
    }
    return Map.of("scores", scores);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void everyVariantAgreesWithTheReferenceAndRowsSumToTheirGroups(
      int heads, int groups, int stride, int block) {
    Map<String, Tensor> inputs = scores(21, heads, groups);
    for (String variant : VARIANTS) {
      for (boolean causal : new boolean[] {true, false}) {
        Call call =
            KernelRuns.runAndVerify(
                MASS,
                variant,
                inputs,
                Map.of("stride", "" + stride, "block", "" + block, "causal", "" + causal));
        assertRows(call, groups, block / stride, causal);
      }
    }
  }

  /**
   * O2: rows sum to the groups of their block, nothing is negative, nothing beyond the diagonal.
   */
  private static void assertRows(Call call, int groups, int side, boolean causal) {
    Tensor mass = call.out("mass");
    int blocks = (int) mass.dim(1);
    for (int row = 0; row < mass.dim(0) * blocks; row++) {
      double sum = 0;
      for (int column = 0; column < blocks; column++) {
        float value = mass.f32((long) row * blocks + column);
        assertThat(value).isGreaterThanOrEqualTo(0f);
        if (causal && column > row % blocks) {
          assertThat(value).isZero();
        }
        sum += value;
      }
      assertThat(sum).isCloseTo(Math.min(side, groups - row % blocks * side), within(1e-5 * side));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void scoresOfMinusInfinityWeighNothing(String variant) {
    Tensor scores = scores(22, 1, 40).get("scores");
    for (int i = 0; i < 40; i++) {
      for (int j = 1; j < 40; j += 3) {
        scores.f32(i * 40 + j, Float.NEGATIVE_INFINITY);
      }
    }
    Call call =
        KernelRuns.runAndVerify(
            MASS,
            variant,
            Map.of("scores", scores),
            Map.of("stride", "1", "block", "1", "causal", "false"));
    for (int i = 0; i < 40; i++) {
      assertThat(call.out("mass").f32(i * 40 + 4)).isLessThan(1e-30f);
    }
  }

  private static Tensor mass(
      Map<String, Tensor> inputs, String variant, String stride, String block) {
    Call scores = KernelRuns.run(SCORES, variant, inputs, Map.of("stride", stride));
    return KernelRuns.run(
            MASS,
            variant,
            Map.of("scores", scores.out("scores")),
            Map.of("stride", stride, "block", block))
        .out("mass");
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void theWorkedExample(String variant) {
    // O6 of the specification.
    double[][] rows = {
      {0.001760, 0.797779, 0.000867, 0.005336, 3.194259, 0, 0, 0},
      {0.002988, 1.636906, 0.001521, 0.010686, 0.360001, 1.987898, 0, 0},
      {0.021408, 0.627564, 0.188233, 0.045247, 0.051927, 0.092578, 2.973042, 0},
      {0.000961, 1.016278, 0.000985, 0.000535, 0.000423, 0.000280, 0.000031, 2.980507},
    };
    Tensor mass = mass(Golden.large(), variant, "4", "16");
    for (int row = 4; row < 8; row++) {
      for (int column = 0; column < 8; column++) {
        assertThat((double) mass.f32(row * 8 + column))
            .as("%s row %d column %d", variant, row, column)
            .isCloseTo(rows[row - 4][column], within(2e-6));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void theSmallExample(String variant) {
    // O7 of the specification.
    assertRow(mass(Golden.small(), variant, "4", "16"), 1.160449, 1.096599, 1.172210, 0.570742);
    assertRow(mass(Golden.small(), variant, "8", "16"), 0.562011, 0.559061, 0.557921, 0.321006);
  }

  private static void assertRow(Tensor mass, double... expected) {
    for (int column = 0; column < 4; column++) {
      assertThat((double) mass.f32(12 + column)).isCloseTo(expected[column], within(1.5e-6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "tiles", "loops", "reference"})
  void strideOneGivesTheExactMassOfAttention(String variant) {
    // O3; the printed row is the mass over four, as the blocks of the example have four groups.
    Tensor mass = mass(Golden.large(), variant, "1", "16");
    double[] printed = {.000825, .477902, .000979, .003684, .759119, 2.757491};
    for (int column = 0; column < 6; column++) {
      assertThat(mass.f32(5 * 8 + column) / 4.0).isCloseTo(printed[column], within(1e-6));
    }
    double[][] attention = Golden.attention(Golden.logits(Golden.large(), 0));
    for (int row = 0; row < 8; row++) {
      for (int column = 0; column < 8; column++) {
        double exact = 0;
        for (int i = 0; i < 256; i++) {
          exact += attention[row * 16 + i / 16][column * 16 + i % 16];
        }
        assertThat((double) mass.f32(row * 8 + column)).isCloseTo(exact, within(2e-5));
      }
    }
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = scores(23, 1, 20);
    assertThatThrownBy(() -> Call.of(MASS, inputs, Map.of("stride", "3", "block", "16")))
        .isInstanceOf(SquallException.class)
        .hasMessage("xattention.block_mass: block = 16 is no multiple of stride = 3");
    assertThatThrownBy(() -> Call.of(MASS, inputs, Map.of("stride", "16", "block", "8")))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("block = 8")
        .hasMessageContaining("stride = 16");
    inputs.get("scores").f32(20 * 7 + 2, Float.NaN);
    assertThatThrownBy(() -> Call.of(MASS, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input scores has NaN at [0, 7, 2]");
    for (int j = 0; j < 20; j++) {
      inputs.get("scores").f32(20 * 7 + j, Float.NEGATIVE_INFINITY);
    }
    assertThatThrownBy(() -> Call.of(MASS, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input scores has only -Infinity in the row at [0, 7, 0]");
  }

  @Test
  void aCausalCallDoesNotReadBeyondTheDiagonal() {
    Map<String, Tensor> inputs = scores(24, 1, 20);
    Call before = KernelRuns.run(MASS, "simd", inputs, Map.of("block", "16"));
    for (int i = 0; i < 20; i++) {
      for (int j = i + 1; j < 20; j++) {
        inputs.get("scores").f32(20 * i + j, Float.NaN);
      }
    }
    for (String variant : VARIANTS) {
      Call after = KernelRuns.run(MASS, variant, inputs, Map.of("block", "16"));
      for (int i = 0; i < 100; i++) {
        assertThat((double) after.out("mass").f32(i))
            .as(variant)
            .isCloseTo(before.out("mass").f32(i), within(1e-5));
      }
    }
  }
}
