package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The selective scan in two passes over chunks of time, for sequences that are long and devices
 * that are wide: a chunk of a channel is one parallel iteration.
 *
 * <p>A chunk maps the state it finds to h ↦ exp(total · a) · h + rest, where total is the sum of
 * its time steps. The first pass finds both for each chunk, a short scan over chunks turns them
 * into the state that each chunk starts from, the second pass scans again from there and writes y.
 */
public final class SelectiveScanChunksLoops {
  private SelectiveScanChunksLoops() {}

  /**
   * What each chunk does to a state.
   *
   * @param u [C,L]
   * @param delta [C,L]
   * @param a [C,N], N at most 64
   * @param b [G,N,L]
   * @param deltaBias [C]
   * @param totals [C,chunks]
   * @param rests [C,chunks,N]
   * @param dims as in {@link SelectiveScanLoops#scan}, then chunks and steps of a chunk
   */
  public static void summarize(
      FloatArray u,
      FloatArray delta,
      FloatArray a,
      FloatArray b,
      FloatArray deltaBias,
      FloatArray totals,
      FloatArray rests,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int chunk = 0; chunk < dims.get(9); chunk++) {
        int length = dims.get(1);
        int states = dims.get(2);
        int groupChannels = dims.get(3);
        int softplus = dims.get(4);
        int biased = dims.get(7);
        int chunks = dims.get(9);
        int size = dims.get(10);
        int row = channel * length;
        int stateRow = channel * states;
        int projection = (channel / groupChannels) * states * length;
        int from = chunk * size;
        int to = TornadoMath.min(from + size, length);

        float[] h = new float[64];
        for (int n = 0; n < states; n++) {
          h[n] = 0.0f;
        }
        float bias = 0.0f;
        if (biased == 1) {
          bias = deltaBias.get(channel);
        }
        // A compensated sum: its error would grow with the exponent that it becomes.
        float total = 0.0f;
        float lost = 0.0f;
        for (int t = from; t < to; t++) {
          float dt = delta.get(row + t) + bias;
          if (softplus == 1) {
            dt = Softplus.of(dt);
          }
          float drive = dt * u.get(row + t);
          float more = dt - lost;
          float sum = total + more;
          lost = (sum - total) - more;
          total = sum;
          for (int n = 0; n < states; n++) {
            float factor = TornadoMath.exp(dt * a.get(stateRow + n));
            h[n] = factor * h[n] + drive * b.get(projection + n * length + t);
          }
        }
        int at = (channel * chunks + chunk) * states;
        for (int n = 0; n < states; n++) {
          rests.set(at + n, h[n]);
        }
        totals.set(channel * chunks + chunk, total);
      }
    }
  }

  /**
   * The state that each chunk starts from, and the last one.
   *
   * @param a [C,N]
   * @param totals [C,chunks]
   * @param rests [C,chunks,N]
   * @param h0 [C,N]
   * @param starts [C,chunks,N]
   * @param lastState [C,N]
   * @param dims as in {@link #summarize}
   */
  public static void carry(
      FloatArray a,
      FloatArray totals,
      FloatArray rests,
      FloatArray h0,
      FloatArray starts,
      FloatArray lastState,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int n = 0; n < dims.get(2); n++) {
        int states = dims.get(2);
        int started = dims.get(8);
        int chunks = dims.get(9);
        float h = 0.0f;
        if (started == 1) {
          h = h0.get(channel * states + n);
        }
        float rate = a.get(channel * states + n);
        for (int chunk = 0; chunk < chunks; chunk++) {
          int at = (channel * chunks + chunk) * states + n;
          starts.set(at, h);
          h = TornadoMath.exp(totals.get(channel * chunks + chunk) * rate) * h + rests.get(at);
        }
        lastState.set(channel * states + n, h);
      }
    }
  }

  /**
   * Scans each chunk from its start.
   *
   * @param u [C,L]
   * @param delta [C,L]
   * @param a [C,N]
   * @param b [G,N,L]
   * @param c [G,N,L]
   * @param d [C]
   * @param z [C,L]
   * @param deltaBias [C]
   * @param starts [C,chunks,N]
   * @param y [C,L]
   * @param dims as in {@link #summarize}
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
      FloatArray starts,
      FloatArray y,
      IntArray dims) {
    for (@Parallel int channel = 0; channel < dims.get(0); channel++) {
      for (@Parallel int chunk = 0; chunk < dims.get(9); chunk++) {
        int length = dims.get(1);
        int states = dims.get(2);
        int groupChannels = dims.get(3);
        int softplus = dims.get(4);
        int skips = dims.get(5);
        int gated = dims.get(6);
        int biased = dims.get(7);
        int chunks = dims.get(9);
        int size = dims.get(10);
        int row = channel * length;
        int stateRow = channel * states;
        int projection = (channel / groupChannels) * states * length;
        int from = chunk * size;
        int to = TornadoMath.min(from + size, length);

        float[] h = new float[64];
        for (int n = 0; n < states; n++) {
          h[n] = starts.get((channel * chunks + chunk) * states + n);
        }
        float bias = 0.0f;
        if (biased == 1) {
          bias = deltaBias.get(channel);
        }
        float skip = 0.0f;
        if (skips == 1) {
          skip = d.get(channel);
        }
        for (int t = from; t < to; t++) {
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
      }
    }
  }
}
