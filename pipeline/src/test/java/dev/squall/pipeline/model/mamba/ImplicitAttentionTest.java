package dev.squall.pipeline.model.mamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImplicitAttentionTest {
  private static final int HEIGHT = 4;
  private static final int WIDTH = 5;
  private static final int TOKENS = HEIGHT * WIDTH;
  private static final int STATES = 3;

  private final SplittableRandom random = new SplittableRandom(9);
  private final double[] delta = values(TOKENS, true);
  private final double[] a = {-.4, -1, -2.5};
  private final double[][] b = rows();
  private final double[][] c = rows();
  private final double[] u = values(TOKENS, false);
  private final ImplicitAttention attention = new ImplicitAttention(delta, a, b, c);

  /** The matrix times u is the recurrence. */
  @Test
  void isWhatTheScanDoes() {
    for (boolean backward : new boolean[] {false, true}) {
      double[][] matrix = attention.matrix(backward);
      double[] h = new double[STATES];
      for (int s = 0; s < TOKENS; s++) {
        int t = backward ? TOKENS - 1 - s : s;
        double y = 0;
        for (int n = 0; n < STATES; n++) {
          h[n] = Math.exp(delta[t] * a[n]) * h[n] + delta[t] * b[t][n] * u[t];
          y += c[t][n] * h[n];
        }
        assertThat(product(matrix[t])).isCloseTo(y, within(1e-12));
      }
    }
  }

  @Test
  void seesNothingAheadOfAScan() {
    double[][] forward = attention.matrix(false);
    double[][] backward = attention.matrix(true);
    for (int t = 0; t < TOKENS; t++) {
      for (int s = 0; s < TOKENS; s++) {
        assertThat(forward[t][s] == 0).as("%d of %d forward", s, t).isEqualTo(s > t);
        assertThat(backward[t][s] == 0).as("%d of %d backward", s, t).isEqualTo(s < t);
      }
    }
  }

  @Test
  void patchesOfOneTokenAreTheAttentionItself() {
    Neighbourhoods single = Neighbourhoods.text(TOKENS, 1, 1);
    double[][] patched = attention.patched(single, single.shares(steps()), false);
    double[][] matrix = attention.matrix(false);
    for (int t = 0; t < TOKENS; t++) {
      for (int s = 0; s < TOKENS; s++) {
        assertThat(patched[t][s]).isCloseTo(matrix[t][s], within(1e-15));
      }
    }
  }

  /** What descent uses, without the matrix: windows of a text and squares of an image. */
  @ParameterizedTest
  @CsvSource({"text, 1", "text, 5", "image, 1", "image, 3", "image, 5"})
  void timesUItIsWhatPatchesSee(String kind, int side) {
    Neighbourhoods patches =
        kind.equals("text")
            ? Neighbourhoods.text(TOKENS, side, 3)
            : Neighbourhoods.image(HEIGHT, WIDTH, side);
    float[][] shares = patches.shares(steps());
    double[][] forward = attention.patched(patches, shares, false);
    double[][] backward = attention.patched(patches, shares, true);
    ScanGradient scan = new ScanGradient(TOKENS, STATES);
    Plane seen = scan.forward(operands(scan), patches, shares).patched();
    for (int p = 0; p < patches.patches(); p++) {
      assertThat((double) seen.at(0, p))
          .isCloseTo(product(forward[p]) + product(backward[p]), within(1e-5));
    }
  }

  private ScanGradient.Operands operands(ScanGradient scan) {
    Plane uPlane = Plane.of(1, TOKENS);
    Plane deltaPlane = Plane.of(1, TOKENS);
    Plane bc = Plane.of(2 * STATES, TOKENS);
    float[] rates = new float[STATES];
    for (int n = 0; n < STATES; n++) {
      rates[n] = (float) a[n];
    }
    for (int t = 0; t < TOKENS; t++) {
      uPlane.set(0, t, (float) u[t]);
      deltaPlane.set(0, t, (float) delta[t]);
      for (int n = 0; n < STATES; n++) {
        bc.set(n, t, (float) b[t][n]);
        bc.set(STATES + n, t, (float) c[t][n]);
      }
    }
    return new ScanGradient.Operands(
        uPlane,
        deltaPlane,
        Tensor.of(rates, 1, STATES),
        scan.byToken(bc, 0),
        scan.byToken(bc, STATES),
        Tensor.of(new float[1], 1));
  }

  @Test
  void squaresAreCutOffAtBorders() {
    Neighbourhoods squares = Neighbourhoods.image(HEIGHT, WIDTH, 3);
    assertThat(squares.patches()).isEqualTo(TOKENS);
    assertThat(squares.members()[0]).containsExactly(0, 1, 5, 6);
    assertThat(squares.members()[7]).containsExactly(1, 2, 3, 6, 7, 8, 11, 12, 13);
    assertThat(squares.members()[19]).containsExactly(13, 14, 18, 19);
    Neighbourhoods windows = Neighbourhoods.text(10, 5, 4);
    assertThat(windows.centres()).containsExactly(0, 4, 8);
    assertThat(windows.members()[1]).containsExactly(2, 3, 4, 5, 6);
    assertThat(windows.members()[2]).containsExactly(6, 7, 8, 9);
  }

  @Test
  void sharesGoByTimeStepsAndSumToOne() {
    float[][] shares = Neighbourhoods.text(3, 3, 1).shares(new float[] {1, 3, 4});
    assertThat(shares[0]).containsExactly(.25f, .75f);
    assertThat(shares[1]).containsExactly(.125f, .375f, .5f);
  }

  @Test
  void refusesPatchesThatHaveNoCentre() {
    assertThatThrownBy(() -> Neighbourhoods.text(10, 4, 1))
        .isInstanceOf(SquallException.class)
        .hasMessage("patch = 4: expected an odd number from 1");
    assertThatThrownBy(() -> Neighbourhoods.text(10, 3, 0))
        .isInstanceOf(SquallException.class)
        .hasMessage("stride = 0: expected a number from 1");
    assertThatThrownBy(() -> Neighbourhoods.image(0, 3, 3))
        .isInstanceOf(SquallException.class)
        .hasMessage("height = 0: expected a number from 1");
  }

  private float[] steps() {
    float[] steps = new float[TOKENS];
    for (int t = 0; t < TOKENS; t++) {
      steps[t] = (float) delta[t];
    }
    return steps;
  }

  private double product(double[] row) {
    double sum = 0;
    for (int s = 0; s < TOKENS; s++) {
      sum += row[s] * u[s];
    }
    return sum;
  }

  private double[][] rows() {
    double[][] rows = new double[TOKENS][];
    for (int t = 0; t < TOKENS; t++) {
      rows[t] = values(STATES, false);
    }
    return rows;
  }

  private double[] values(int count, boolean positive) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      double value = random.nextGaussian();
      values[i] = (float) (positive ? Math.exp(.5 * value) : value);
    }
    return values;
  }
}
