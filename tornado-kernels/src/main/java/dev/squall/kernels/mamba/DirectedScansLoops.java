package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Scans in two or four directions as portable annotated loops: one parallel iteration a channel of
 * a direction, then a loop that adds the directions up. Inputs that dims calls absent are arrays of
 * one unused element.
 */
public final class DirectedScansLoops {
  private DirectedScansLoops() {}

  /**
   * Scans every channel in every direction.
   *
   * @param u [1 or K,C,L]
   * @param delta [1 or K,C,L]
   * @param a [1 or K,C,N], N at most 64
   * @param b [1 or K,G,N,L]
   * @param c [1 or K,G,N,L]
   * @param d [1 or K,C]
   * @param deltaBias [1 or K,C]
   * @param partial [K,C,L]
   * @param dims C, L, N, C / G, softplus (0/1), whether d, z and deltaBias are given, K, strides
   *     between directions in u and between sets of the others (0 or 1), rows of the plane
   */
  public static void scan(
      FloatArray u,
      FloatArray delta,
      FloatArray a,
      FloatArray b,
      FloatArray c,
      FloatArray d,
      FloatArray deltaBias,
      FloatArray partial,
      IntArray dims) {
    for (@Parallel int k = 0; k < dims.get(8); k++) {
      for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
        int channels = dims.get(0);
        int length = dims.get(1);
        int states = dims.get(2);
        int groupChannels = dims.get(3);
        int softplus = dims.get(4);
        int skips = dims.get(5);
        int biased = dims.get(7);
        int directions = dims.get(8);
        int height = dims.get(11);
        int width = length / height;
        int set = k * dims.get(10);
        int setRow = set * channels + channel;
        int row = setRow * length;
        int input = (k * dims.get(9) * channels + channel) * length;
        int output = (k * channels + channel) * length;
        int stateRow = setRow * states;
        int groups = channels / groupChannels;
        int projection = (set * groups + channel / groupChannels) * states * length;

        // Directions are: along, down (of four), and the two reversed.
        int half = (directions + 1) >> 1;
        int reversed = 0;
        if (k >= half) {
          reversed = 1;
        }
        int down = k - half * reversed;

        float[] h = new float[64];
        for (int n = 0; n < states; n++) {
          h[n] = 0.0f;
        }
        float bias = 0.0f;
        if (biased == 1) {
          bias = deltaBias.get(setRow);
        }
        float skip = 0.0f;
        if (skips == 1) {
          skip = d.get(setRow);
        }

        for (int step = 0; step < length; step++) {
          int forward = step;
          if (reversed == 1) {
            forward = length - 1 - step;
          }
          int p = forward;
          if (down == 1) {
            int column = forward / height;
            p = (forward - column * height) * width + column;
          }
          float value = u.get(input + p);
          float dt = delta.get(row + p) + bias;
          if (softplus == 1) {
            dt = Softplus.of(dt);
          }
          float drive = dt * value;
          float sum = skip * value;
          for (int n = 0; n < states; n++) {
            int at = projection + n * length + p;
            float next = TornadoMath.exp(dt * a.get(stateRow + n)) * h[n] + drive * b.get(at);
            h[n] = next;
            sum = sum + c.get(at) * next;
          }
          partial.set(output + p, sum);
        }
      }
    }
  }

  /**
   * Adds the directions and gates the sum.
   *
   * @param partial [K,C,L]
   * @param z [C,L]
   * @param y [C,L]
   * @param dims as in {@link #scan}
   */
  public static void merge(FloatArray partial, FloatArray z, FloatArray y, IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int p = 0; p < dims.get(1); p++) {
        int channels = dims.get(0);
        int length = dims.get(1);
        int gated = dims.get(6);
        int directions = dims.get(8);
        int at = channel * length + p;
        float sum = 0.0f;
        for (int k = 0; k < directions; k++) {
          sum = sum + partial.get(k * channels * length + at);
        }
        if (gated == 1) {
          float gate = z.get(at);
          sum = sum * (gate * Sigmoid.of(gate));
        }
        y.set(at, sum);
      }
    }
  }
}
