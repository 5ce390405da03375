package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The causal convolution as portable annotated loops. Inputs that dims calls absent are arrays of
 * one unused element.
 */
public final class CausalConv1dLoops {
  private CausalConv1dLoops() {}

  /**
   * Every output, one parallel iteration each.
   *
   * @param x [C,L]
   * @param weight [C,W]
   * @param bias [C]
   * @param state [C,W−1]
   * @param y [C,L]
   * @param dims C, L, W, W − 1, silu (0/1), and whether bias and state are given
   */
  public static void convolve(
      FloatArray x,
      FloatArray weight,
      FloatArray bias,
      FloatArray state,
      FloatArray y,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int t = 0; t < dims.get(1); t++) {
        int length = dims.get(1);
        int taps = dims.get(2);
        int history = dims.get(3);
        int silu = dims.get(4);
        int biased = dims.get(5);
        int started = dims.get(6);
        float sum = 0.0f;
        if (biased == 1) {
          sum = bias.get(channel);
        }
        for (int w = 0; w < taps; w++) {
          int source = t - history + w;
          float input = 0.0f;
          if (source >= 0) {
            input = x.get(channel * length + source);
          } else if (started == 1) {
            input = state.get(channel * history + history + source);
          }
          sum = sum + weight.get(channel * taps + w) * input;
        }
        if (silu == 1) {
          sum = sum * Sigmoid.of(sum);
        }
        y.set(channel * length + t, sum);
      }
    }
  }

  /**
   * The last W − 1 inputs of every channel.
   *
   * @param x [C,L]
   * @param state [C,W−1]
   * @param lastState [C,W−1]
   * @param dims as in {@link #convolve}
   */
  public static void keepLast(FloatArray x, FloatArray state, FloatArray lastState, IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int i = 0; i < dims.get(3); i++) {
        int length = dims.get(1);
        int history = dims.get(3);
        int started = dims.get(6);
        int source = length - history + i;
        float input = 0.0f;
        if (source >= 0) {
          input = x.get(channel * length + source);
        } else if (started == 1) {
          input = state.get(channel * history + history + source);
        }
        lastState.set(channel * history + i, input);
      }
    }
  }
}
