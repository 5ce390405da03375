package dev.squall.kernels.xattention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.KernelRuns;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockSelectionTest {
  private static final BlockSelection SELECT = new BlockSelection();
  private static final List<String> VARIANTS = List.of("host", "loops", "reference");

  /** Masses as skewed as real ones; those beyond the diagonal are there to be ignored. */
  private static Map<String, Tensor> masses(long seed, int heads, int blocks) {
    SplittableRandom random = new SplittableRandom(seed);
    Tensor mass = Tensor.allocate(ElementType.F32, heads, blocks, blocks);
    for (long i = 0; i < mass.elements(); i++) {
      mass.f32(i, (float) Math.pow(random.nextDouble(), 6));
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    inputs.put("mass", mass);
    return inputs;
  }

  private static List<Integer> kept(Tensor mask, int row) {
    int blocks = (int) mask.dim(2);
    List<Integer> kept = new ArrayList<>();
    for (int column = 0; column < blocks; column++) {
      if (mask.u8((long) row * blocks + column) == 1) {
        kept.add(column);
      }
    }
    return kept;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 7", "1, 64", "9, 65", "1, 131"})
  void everyVariantAgreesWithTheReference(int heads, int blocks) {
    Map<String, Tensor> inputs = masses(31, heads, blocks);
    for (String variant : VARIANTS) {
      for (String causal : List.of("true", "false")) {
        for (String threshold : List.of("0.05", "0.5", "0.9", "0.999", "1")) {
          KernelRuns.runAndVerify(
              SELECT, variant, inputs, Map.of("causal", causal, "threshold", threshold));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "loops", "reference"})
  void theWorkedExample(String variant) {
    // O6 of the specification, stated algorithm.
    Tensor mass = goldenMass();
    assertRows(mass, variant, "0.6", 4, "[0, 4]", "[0, 1, 5]", "[0, 6]", "[0, 7]");
    for (String threshold : List.of("0.8", "0.9")) {
      assertRows(mass, variant, threshold, 4, "[0, 1, 4]", "[0, 1, 5]", "[0, 1, 6]", "[0, 1, 7]");
    }
    assertRows(mass, variant, "0.8", 0, "[0]", "[0, 1]", "[0, 1, 2]", "[0, 1, 3]");
  }

  static Tensor goldenMass() {
    Call scores =
        KernelRuns.run(
            new AntidiagonalScores(), "reference", Golden.large(), Map.of("stride", "4"));
    return KernelRuns.run(
            new BlockMass(),
            "reference",
            Map.of("scores", scores.out("scores")),
            Map.of("stride", "4", "block", "16"))
        .out("mass");
  }

  private static void assertRows(
      Tensor mass, String variant, String threshold, int from, String... rows) {
    Call call =
        KernelRuns.run(SELECT, variant, Map.of("mass", mass), Map.of("threshold", threshold));
    for (int i = 0; i < rows.length; i++) {
      assertThat(kept(call.out("mask"), from + i).toString())
          .as("threshold %s row %d", threshold, from + i)
          .isEqualTo(rows[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "loops", "reference"})
  void equalMassesAreTakenFromTheLeft(String variant) {
    Tensor mass = Tensor.allocate(ElementType.F32, 1, 8, 8);
    for (int i = 0; i < 64; i++) {
      mass.f32(i, 1);
    }
    Call causal = KernelRuns.run(SELECT, variant, Map.of("mass", mass), Map.of("threshold", "0.6"));
    assertThat(kept(causal.out("mask"), 7)).containsExactly(0, 1, 2, 3, 7);
    Call open =
        KernelRuns.run(
            SELECT, variant, Map.of("mass", mass), Map.of("threshold", "0.6", "causal", "false"));
    assertThat(kept(open.out("mask"), 2)).containsExactly(0, 1, 2, 3, 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "loops", "reference"})
  void everyHeadMayHaveItsOwnThreshold(String variant) {
    Map<String, Tensor> inputs = masses(32, 3, 20);
    inputs.put("thresholds", Tensor.of(new float[] {0f, 0.7f, 1f}, 3));
    Call call = KernelRuns.runAndVerify(SELECT, variant, inputs, Map.of("threshold", "0.3"));
    Tensor mask = call.out("mask");
    assertThat(kept(mask, 19)).containsExactly(0, 19);
    assertThat(kept(mask, 2 * 20 + 19)).hasSize(20);
    Call single =
        KernelRuns.run(
            SELECT, variant, Map.of("mass", inputs.get("mass")), Map.of("threshold", "0.7"));
    for (int row = 20; row < 40; row++) {
      assertThat(kept(mask, row)).isEqualTo(kept(single.out("mask"), row));
    }
  }

  @Test
  void raisingTheThresholdNeverRemovesABlockAndCoversWhatItAsks() {
    // O5.
    long seed = 33;
    Map<String, Tensor> inputs = masses(seed, 2, 40);
    Tensor mass = inputs.get("mass");
    for (String variant : VARIANTS) {
      for (boolean causal : new boolean[] {true, false}) {
        Tensor before = Tensor.allocate(ElementType.U8, 2, 40, 40);
        for (int tenths = 1; tenths <= 10; tenths++) {
          double threshold = tenths / 10.0;
          String asked = "" + threshold;
          Tensor mask =
              KernelRuns.run(
                      SELECT, variant, inputs, Map.of("threshold", asked, "causal", "" + causal))
                  .out("mask");
          for (int row = 0; row < 80; row++) {
            double total = 0;
            double covered = 0;
            for (int column = 0; column < (causal ? row % 40 + 1 : 40); column++) {
              long at = row * 40L + column;
              assertThat(mask.u8(at))
                  .as("seed %d %s %s", seed, variant, asked)
                  .isGreaterThanOrEqualTo(before.u8(at));
              total += mass.f32(at);
              covered += mask.u8(at) * mass.f32(at);
            }
            assertThat(covered).isGreaterThanOrEqualTo(threshold * total * (1 - 3e-6));
          }
          before = mask;
        }
        long all = 0;
        for (long i = 0; i < before.elements(); i++) {
          all += before.u8(i);
        }
        assertThat(all).isEqualTo(causal ? 2 * 40 * 41 / 2 : 2 * 40 * 40);
      }
    }
  }

  /** Verdict on the mask of block row 3 of four, the other rows being right. */
  private static Verdict verdict(String threshold, float[] masses, int... flags) {
    Tensor mass = Tensor.allocate(ElementType.F32, 1, 4, 4);
    for (int i = 0; i < 12; i++) {
      mass.f32(i, 1);
    }
    for (int column = 0; column < 4; column++) {
      mass.f32(12 + column, masses[column]);
    }
    Call call =
        KernelRuns.run(SELECT, "host", Map.of("mass", mass), Map.of("threshold", threshold));
    for (int column = 0; column < 4; column++) {
      call.out("mask").i8(12 + column, (byte) flags[column]);
    }
    return Verifier.exhaustive().verify(SELECT, call, "jvm").verdict();
  }

  @Test
  void aBlockMoreOrLessAtTheBoundaryIsRight() {
    // Nine of ten are required and blocks 0, 2, 3 hold just that: rounding may ask for block 1.
    float[] masses = {3, 1, 2.5f, 3.5f};
    assertThat(verdict("0.9", masses, 1, 0, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.9", masses, 1, 1, 1, 1)).isEqualTo(Verdict.PASSED);
    // A few hundred-thousandths above or below it is no matter of rounding.
    float[] more = {3, 1, 2.5f + 1e-4f, 3.5f};
    assertThat(verdict("0.9", more, 1, 0, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.9", more, 1, 1, 1, 1)).isEqualTo(Verdict.WRONG);
    float[] less = {3, 1, 2.5f - 1e-3f, 3.5f};
    assertThat(verdict("0.9", less, 1, 1, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.9", less, 1, 0, 1, 1)).isEqualTo(Verdict.WRONG);
  }

  @Test
  void eitherOfTwoEqualBlocksIsRight() {
    float[] equal = {3, 1, 1.0000001f, 5};
    assertThat(verdict("0.85", equal, 1, 0, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.85", equal, 1, 1, 0, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.85", equal, 1, 1, 1, 1)).isEqualTo(Verdict.WRONG);
    float[] unequal = {3, 1, 1.0001f, 5};
    assertThat(verdict("0.85", unequal, 1, 0, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.85", unequal, 1, 1, 0, 1)).isEqualTo(Verdict.WRONG);
  }

  @Test
  void otherMasksAreWrong() {
    float[] masses = {3, 1, 2.5f, 3.5f};
    assertThat(verdict("0.8", masses, 1, 0, 1, 1)).isEqualTo(Verdict.PASSED);
    assertThat(verdict("0.8", masses, 1, 0, 0, 1)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("0.8", masses, 1, 1, 0, 1)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("0.8", masses, 0, 1, 1, 1)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("0.8", masses, 1, 1, 1, 0)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("0.8", masses, 1, 0, 2, 1)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("1", masses, 1, 0, 1, 1)).isEqualTo(Verdict.WRONG);
    assertThat(verdict("1", masses, 1, 1, 1, 1)).isEqualTo(Verdict.PASSED);
  }

  @Test
  void aBlockBehindTheDiagonalIsWrong() {
    Map<String, Tensor> inputs = masses(34, 1, 5);
    Call call = KernelRuns.run(SELECT, "host", inputs, Map.of());
    call.out("mask").i8(2 * 5 + 3, (byte) 1);
    assertThat(Verifier.exhaustive().verify(SELECT, call, "jvm").verdict())
        .isEqualTo(Verdict.WRONG);
  }

  @Test
  void badInputsAreNamed() {
    Map<String, Tensor> inputs = masses(35, 3, 4);
    for (String threshold : List.of("0", "1.01", "-0.1", "NaN")) {
      assertThatThrownBy(() -> Call.of(SELECT, inputs, Map.of("threshold", threshold)))
          .isInstanceOf(SquallException.class)
          .hasMessageContaining("threshold = " + threshold);
    }
    inputs.put("thresholds", Tensor.of(new float[] {0.5f, 0.5f}, 2));
    assertThatThrownBy(() -> Call.of(SELECT, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessage("xattention.select: input thresholds has H = 2, but mass has H = 3");
    inputs.put("thresholds", Tensor.of(new float[] {0.5f, 1.5f, 0.5f}, 3));
    assertThatThrownBy(() -> Call.of(SELECT, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input thresholds has 1.5 at [1]");
    inputs.remove("thresholds");
    inputs.get("mass").f32(17, -1);
    assertThatThrownBy(() -> Call.of(SELECT, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input mass has -1.0 at [1, 0, 1]");
    inputs.get("mass").f32(17, Float.NaN);
    assertThatThrownBy(() -> Call.of(SELECT, inputs, Map.of()))
        .isInstanceOf(SquallException.class)
        .hasMessageContaining("input mass has NaN at [1, 0, 1]");
  }
}
