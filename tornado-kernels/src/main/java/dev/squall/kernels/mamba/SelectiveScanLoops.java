package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The selective scan as portable annotated loops: one parallel iteration a channel. */
public final class SelectiveScanLoops {
  private SelectiveScanLoops() {}

  /**
   * Scans every channel. Inputs that dims calls absent are arrays of one unused element.
   *
   * @param u [C,L]
   * @param delta [C,L]
   * @param a [C,N], N at most 64
   * @param b [G,N,L]
   * @param c [G,N,L]
   * @param d [C]
   * @param z [C,L]
   * @param deltaBias [C]
   * @param h0 [C,N]
   * @param y [C,L]
   * @param lastState [C,N]
   * @param dims C, L, N, C / G, softplus (0/1), and whether d, z, deltaBias and h0 are given
   */
  public static void scan(
      FloatArray u,
      FloatArray delta,
      FloatArray a,
      FloatArray b,
      FloatArray c,
      FloatArray d,
      FloatArray z,
      FloatArray deltaBias,
      FloatArray h0,
      FloatArray y,
      FloatArray lastState,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      int length = dims.get(1);
      int states = dims.get(2);
      int groupChannels = dims.get(3);
      int softplus = dims.get(4);
      int skips = dims.get(5);
      int gated = dims.get(6);
      int biased = dims.get(7);
      int started = dims.get(8);
      int row = channel * length;
      int stateRow = channel * states;
      int projection = (channel / groupChannels) * states * length;

      float[] h = new float[64];
      for (int n = 0; n < states; n++) {
        float start = 0.0f;
        if (started == 1) {
          start = h0.get(stateRow + n);
        }
        h[n] = start;
      }
      float bias = 0.0f;
      if (biased == 1) {
        bias = deltaBias.get(channel);
      }
      float skip = 0.0f;
      if (skips == 1) {
        skip = d.get(channel);
      }

      for (int t = 0; t < length; t++) {
        float input = u.get(row + t);
        float dt = delta.get(row + t) + bias;
        if (softplus == 1) {
          dt = Softplus.of(dt);
        }
        float drive = dt * input;
        float sum = skip * input;
        for (int n = 0; n < states; n++) {
          int at = projection + n * length + t;
          float next = TornadoMath.exp(dt * a.get(stateRow + n)) * h[n] + drive * b.get(at);
          h[n] = next;
          sum = sum + c.get(at) * next;
        }
        if (gated == 1) {
          float gate = z.get(row + t);
          sum = sum * (gate * Sigmoid.of(gate));
        }
        y.set(row + t, sum);
      }
      for (int n = 0; n < states; n++) {
        lastState.set(stateRow + n, h[n]);
      }
    }
  }
}
