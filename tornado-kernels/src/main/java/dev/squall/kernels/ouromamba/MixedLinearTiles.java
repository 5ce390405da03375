package dev.squall.kernels.ouromamba;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.ByteArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * {@link MixedLinear} with a work-group for each tile of {@link #SIDE} tokens by as many outputs; a
 * work-item has two tokens by two outputs of it, half a tile apart so that neighbours read
 * neighbouring words.
 */
final class MixedLinearTiles {
  /** Tokens and outputs of a tile. */
  static final int SIDE = 32;

  /** Channels that are held in local memory at a time. */
  private static final int DEPTH = 16;

  private static final int HALF = SIDE / 2;
  static final int GROUP = HALF * HALF;

  /** Words of one operand, a row of each channel; a word more a row spreads the memory banks. */
  private static final int PITCH = SIDE + 1;

  private static final int WORDS = DEPTH * PITCH;
  static final long LOCAL_BYTES = 3L * WORDS * Integer.BYTES;

  private MixedLinearTiles() {}

  /** Arguments as in {@link MixedLinearLoops#multiply}. */
  static void multiply(
      KernelContext context,
      ByteArray qIn,
      ByteArray qOut,
      FloatArray outlierScale,
      FloatArray inlierScale,
      ByteArray weight,
      FloatArray weightScale,
      FloatArray y,
      IntArray dims) {
    int item = context.localIdx;
    int firstOutput = context.groupIdx * SIDE;
    int firstToken = context.groupIdy * SIDE;
    int[] in = context.allocateIntLocalArray(WORDS);
    int[] out = context.allocateIntLocalArray(WORDS);
    int[] w = context.allocateIntLocalArray(WORDS);
    int tokens = dims.get(0);
    int steps = dims.get(1);
    int channels = dims.get(2);
    int outputs = dims.get(3);
    int column = item & (HALF - 1);
    int row = item >> 4;
    int in00 = 0;
    int in01 = 0;
    int in10 = 0;
    int in11 = 0;
    int out00 = 0;
    int out01 = 0;
    int out10 = 0;
    int out11 = 0;
    for (int first = 0; first < channels; first += DEPTH) {
      for (int i = item; i < SIDE * DEPTH; i += GROUP) {
        int k = i & (DEPTH - 1);
        int line = i >> 4;
        int c = first + k;
        int token = firstToken + line;
        int output = firstOutput + line;
        int inlier = 0;
        int outlier = 0;
        int factor = 0;
        if (c < channels) {
          if (token < tokens) {
            inlier = qIn.get(token * channels + c);
            outlier = qOut.get(token * channels + c);
          }
          if (output < outputs) {
            factor = weight.get(output * channels + c);
          }
        }
        in[k * PITCH + line] = inlier;
        out[k * PITCH + line] = outlier;
        w[k * PITCH + line] = factor;
      }
      context.localBarrier();
      // A bound that the compiler does not know: unrolled in full, the loads would spill registers.
      int depth = TornadoMath.min(DEPTH, channels - first);
      for (int k = 0; k < depth; k++) {
        int at = k * PITCH;
        int w0 = w[at + column];
        int w1 = w[at + column + HALF];
        int in0 = in[at + row];
        int in1 = in[at + row + HALF];
        int out0 = out[at + row];
        int out1 = out[at + row + HALF];
        in00 += in0 * w0;
        in01 += in0 * w1;
        in10 += in1 * w0;
        in11 += in1 * w1;
        out00 += out0 * w0;
        out01 += out0 * w1;
        out10 += out1 * w0;
        out11 += out1 * w1;
      }
      context.localBarrier();
    }
    for (int half = 0; half < 2; half++) {
      int token = firstToken + row + half * HALF;
      if (token < tokens) {
        float inliers = inlierScale.get(token % steps);
        float outliers = outlierScale.get(token);
        int output = firstOutput + column;
        int inLeft = half == 0 ? in00 : in10;
        int outLeft = half == 0 ? out00 : out10;
        int inRight = half == 0 ? in01 : in11;
        int outRight = half == 0 ? out01 : out11;
        if (output < outputs) {
          float value = inliers * inLeft + outliers * outLeft;
          y.set(token * outputs + output, weightScale.get(output) * value);
        }
        if (output + HALF < outputs) {
          float value = inliers * inRight + outliers * outRight;
          y.set(token * outputs + output + HALF, weightScale.get(output + HALF) * value);
        }
      }
    }
  }
}
