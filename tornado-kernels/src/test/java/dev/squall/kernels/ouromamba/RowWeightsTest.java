package dev.squall.kernels.ouromamba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.testing.RandomTensors;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWeightsTest {
  /** The search against one written down plainly, with the power itself. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 8})
  void takesTheClipWithTheLeastError(int bits) {
    int largest = (1 << (bits - 1)) - 1;
    float[] weight = RandomTensors.normal(new SplittableRandom(bits), 6, 200).toFloatArray();
    weight[7] = 9;
    RowWeights rows = RowWeights.quantize(weight, 6, 200, bits);
    for (int row = 0; row < 6; row++) {
      double least = Double.POSITIVE_INFINITY;
      double top = 0;
      for (int i = 0; i < 200; i++) {
        top = Math.max(top, Math.abs(weight[row * 200 + i]));
      }
      for (int clip = 1; clip <= 100; clip++) {
        least = Math.min(least, error(weight, row, top * clip / 100 / largest, largest));
      }
      double found = error(weight, row, rows.scales().f32(row), largest);
      assertThat(found).isCloseTo(least, within(1e-4 * least));
      for (int i = 0; i < 200; i++) {
        int q = rows.values().i8(row * 200L + i);
        assertThat(Math.abs(q)).isLessThanOrEqualTo(largest);
        double quotient = weight[row * 200 + i] / rows.scales().f32(row);
        assertThat(Math.abs(q - Math.clamp(quotient, -largest, largest))).isLessThan(.5001);
      }
    }
  }

  @Test
  void exactWeightsStayExact() {
    float[] weight = {-7, 3, 0, 1, .5f, -.25f, 0, 1.75f, 0, 0, 0, 0};
    RowWeights rows = RowWeights.quantize(weight, 3, 4, 4);
    for (int i = 0; i < 12; i++) {
      assertThat(rows.values().i8(i) * rows.scales().f32(i / 4))
          .isCloseTo(weight[i], within(1e-6f));
    }
    assertThat(rows.scales().f32(2)).isEqualTo(1);
  }

  @Test
  void refusesBadBitsAndWeights() {
    assertThatThrownBy(() -> RowWeights.quantize(new float[4], 1, 4, 9))
        .isInstanceOf(SquallException.class)
        .hasMessage("weights of 9 bits: expected 2 to 8");
    assertThatThrownBy(() -> RowWeights.quantize(new float[] {1, Float.NaN}, 1, 2, 4))
        .isInstanceOf(SquallException.class)
        .hasMessage("weight [0, 1] is NaN");
  }

  /** Channels that stick out in a window do not widen the scales of its later steps. */
  @Test
  void inlierScalesIgnoreWhatTheQuantiserLists() {
    int channels = 64;
    Tensor x = RandomTensors.normal(new SplittableRandom(1), 2, 20, channels);
    for (int l = 0; l < 20; l++) {
      for (int sample = 0; sample < 2; sample++) {
        // Far out at the first step of a window, moderately at the others.
        x.f32((sample * 20L + l) * channels + 11, l % 10 == 0 ? 500 : 6);
      }
    }
    Tensor dynamic = InlierScales.calibrate(x, new InlierScales.Settings(4, 10, 3));
    Tensor fixed =
        InlierScales.calibrate(x, new InlierScales.Settings(4, 10, Double.POSITIVE_INFINITY));
    for (int l = 0; l < 20; l++) {
      assertThat(dynamic.f32(l)).isBetween(.1f, .6f);
    }
    assertThat(fixed.f32(0)).isGreaterThan(20);
    assertThat(fixed.f32(10)).isGreaterThan(20);
  }

  private static double error(float[] weight, int row, double scale, int largest) {
    double sum = 0;
    for (int i = 0; i < 200; i++) {
      double x = weight[row * 200 + i];
      double q = Math.clamp(Math.rint(x / scale), -largest, largest);
      sum += Math.pow(Math.abs(x - q * scale), 2.4);
    }
    return sum;
  }
}
