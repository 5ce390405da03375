package dev.squall.kernels.mamba;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ActivationsTest {
  private static final long SEED = 7;
  private static final double BOUND = 4e-7;

  @Test
  void softplusHoldsItsBoundFromTinyToLarge() {
    float[] x = arguments();
    float[] vector = x.clone();
    Activations.softplus(vector, 0, vector.length);
    for (int i = 0; i < x.length; i++) {
      // Without the identity above 20, which is only a rounding apart.
      double expected = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs((double) x[i])));
      assertRelative("vector softplus", x[i], vector[i], expected);
      assertRelative("scalar softplus", x[i], Softplus.of(x[i]), expected);
      assertRelative("exact softplus", x[i], (float) Softplus.exact(x[i]), expected);
    }
  }

  @Test
  void sigmoidHoldsItsBoundOnBothSides() {
    float[] x = arguments();
    float[] vector = new float[x.length];
    Arrays.fill(vector, 1);
    Activations.timesSigmoid(vector, x, 0, x.length);
    for (int i = 0; i < x.length; i++) {
      double expected = 1 / (1 + Math.exp(-(double) x[i]));
      assertRelative("vector sigmoid", x[i], vector[i], expected);
      assertRelative("scalar sigmoid", x[i], Sigmoid.of(x[i]), expected);
    }
  }

  @Test
  void siluHoldsItsBoundOnBothSides() {
    float[] x = arguments();
    float[] vector = new float[x.length];
    Arrays.fill(vector, 3);
    Activations.timesSilu(vector, x, 0, x.length);
    for (int i = 0; i < x.length; i++) {
      double expected = 3 * (double) x[i] / (1 + Math.exp(-(double) x[i]));
      assertThat(Math.abs(vector[i] - expected))
          .as("three times silu(%s), seed %d", x[i], SEED)
          .isLessThanOrEqualTo(5e-7 * Math.abs(expected));
    }
  }

  @Test
  void biasedSoftplusIsThatOfTheSum() {
    float[] x = arguments();
    float[] bias = new float[Activations.LANES];
    for (int lane = 0; lane < bias.length; lane++) {
      bias[lane] = lane - 3.5f;
    }
    float[] biased = x.clone();
    Activations.biasedSoftplus(biased, bias, x.length);
    for (int i = 0; i < x.length; i++) {
      x[i] += bias[i % bias.length];
    }
    Activations.softplus(x, 0, x.length);
    assertThat(biased).containsExactly(x);
  }

  @Test
  void farAwayArgumentsStayFinite() {
    float[] x = new float[Activations.LANES * 2];
    x[0] = -3e38f;
    x[1] = 3e38f;
    x[2] = -1000;
    x[3] = -0f;
    float[] softplus = x.clone();
    Activations.softplus(softplus, 0, softplus.length);
    assertThat(softplus[0]).isBetween(0f, 2e-38f);
    assertThat(softplus[1]).isEqualTo(3e38f);
    assertThat(softplus[2]).isBetween(0f, 2e-38f);
    assertThat(softplus[3]).isEqualTo((float) Math.log(2));
    float[] silu = x.clone();
    Activations.timesSigmoid(silu, silu, 0, silu.length);
    assertThat(silu[1]).isEqualTo(3e38f);
    assertThat(silu[2]).isBetween(-2e-35f, 0f);
    assertThat(silu[3]).isZero();
  }

  /** Whole vectors of arguments from −87 to 100, dense around zero. */
  private static float[] arguments() {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] x = new float[4096 * Activations.LANES];
    for (int i = 0; i < x.length; i++) {
      x[i] =
          switch (i % 3) {
            case 0 -> (float) (random.nextDouble() * 187 - 87);
            case 1 -> (float) random.nextGaussian();
            default -> (float) (random.nextGaussian() * 1e-3);
          };
    }
    return x;
  }

  private static void assertRelative(String what, float x, float actual, double expected) {
    assertThat(Math.abs(actual - expected))
        .as("%s(%s) is %s, expected %s, seed %d", what, x, actual, expected, SEED)
        .isLessThanOrEqualTo(BOUND * expected);
  }
}
