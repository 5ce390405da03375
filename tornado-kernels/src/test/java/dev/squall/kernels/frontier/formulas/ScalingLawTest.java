package dev.squall.kernels.frontier.formulas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.frontier.formulas.ScalingLaw.Cell;
import dev.squall.kernels.frontier.formulas.ScalingLaw.HeldOut;
import dev.squall.kernels.frontier.formulas.ScalingLaw.Phase;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScalingLawTest {

  /** The specification's example: 7e9 weights, 16K tokens, dense, QuALITY: logit 1.6. */
  @Test
  void thePublishedLaw() {
    ScalingLaw law = ScalingLaw.published(Phase.PREFILL, HeldOut.LENGTH);
    double performance = law.predict("QuALITY", 7e9, 16384, 1);
    assertThat(Math.log(performance / (1 - performance))).isCloseTo(1.6, within(.05));
    assertThat(performance).isCloseTo(.83, within(.005));
    assertThat(law.explained()).isEqualTo(.74);
    assertThat(law.predict("NIAH", 7e9, 16384, 1)).isGreaterThan(.999);
    assertThat(law.predict("Filtering", 7e9, 16384, 20)).isLessThan(.05);
    for (Phase phase : Phase.values()) {
      for (HeldOut heldOut : HeldOut.values()) {
        ScalingLaw one = ScalingLaw.published(phase, heldOut);
        assertThat(one.tasks()).hasSize(9);
        assertThat(one.size()).isPositive();
        assertThat(one.length()).isNegative();
        assertThat(one.compression()).isNegative();
      }
    }
    assertThatThrownBy(() -> law.predict("chess", 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("no task chess");
  }

  private static List<Cell> sweep(ScalingLaw law, double noise) {
    SplittableRandom random = new SplittableRandom(7);
    List<Cell> cells = new ArrayList<>();
    for (String task : List.of("QuALITY", "SQuAD", "VT", "Multi-hop")) {
      for (double size : new double[] {7e9, 14e9, 32e9, 72e9}) {
        for (double tokens : new double[] {16384, 32768, 65536}) {
          for (double compression : new double[] {1, 2, 5, 10}) {
            double performance = law.predict(task, size, tokens, compression);
            double logit = Math.log(performance / (1 - performance));
            double shaken = logit + noise * random.nextGaussian();
            cells.add(new Cell(task, 1 / (1 + Math.exp(-shaken)), size, tokens, compression));
          }
        }
      }
    }
    return cells.stream().filter(c -> c.performance() > .006 && c.performance() < .994).toList();
  }

  @Test
  void aFitFindsTheLawThatMadeTheCells() {
    ScalingLaw law = ScalingLaw.published(Phase.DECODE, HeldOut.COMPRESSION);
    ScalingLaw fitted = ScalingLaw.fit(sweep(law, 0));
    assertThat(fitted.intercept()).isCloseTo(law.intercept(), within(1e-6));
    assertThat(fitted.size()).isCloseTo(law.size(), within(1e-8));
    assertThat(fitted.length()).isCloseTo(law.length(), within(1e-8));
    assertThat(fitted.compression()).isCloseTo(law.compression(), within(1e-8));
    assertThat(fitted.explained()).isCloseTo(1, within(1e-12));
    for (String task : fitted.tasks().keySet()) {
      assertThat(fitted.tasks().get(task)).isCloseTo(law.tasks().get(task), within(1e-7));
    }
    ScalingLaw shaken = ScalingLaw.fit(sweep(law, .3));
    assertThat(shaken.size()).isCloseTo(law.size(), within(.2));
    assertThat(shaken.explained()).isBetween(.8, .999);
  }

  @Test
  void whatCellsDoNotVaryInIsLeftOut() {
    List<Cell> cells = new ArrayList<>();
    for (double compression : new double[] {1, 2, 4, 8}) {
      double logit = 2 - .5 * Math.log(compression);
      cells.add(new Cell("needle", 1 / (1 + Math.exp(-logit)), 135e6, 8192, compression));
    }
    ScalingLaw law = ScalingLaw.fit(cells);
    assertThat(law.intercept()).isCloseTo(2, within(1e-9));
    assertThat(law.compression()).isCloseTo(-.5, within(1e-9));
    assertThat(law.size()).isZero();
    assertThat(law.length()).isZero();
    assertThat(law.predict("needle", 135e6, 8192, 16))
        .isCloseTo(1 / (1 + Math.exp(-(2 - .5 * Math.log(16)))), within(1e-9));
  }

  @Test
  void tooFewOrDependentCellsAreRefused() {
    assertThatThrownBy(() -> ScalingLaw.fit(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    Cell one = new Cell("a", .5, 1e9, 1000, 1);
    Cell two = new Cell("a", .6, 2e9, 2000, 2);
    assertThatThrownBy(() -> ScalingLaw.fit(List.of(one, two)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 cells do not fix 4 coefficients");
    Cell three = new Cell("a", .7, 4e9, 4000, 4);
    Cell four = new Cell("a", .8, 8e9, 8000, 8);
    Cell five = new Cell("a", .9, 16e9, 16000, 16);
    assertThatThrownBy(() -> ScalingLaw.fit(List.of(one, two, three, four, five)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("do not tell the coefficients apart");
  }
}
