package dev.squall.kernels.mamba2;

import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The dual form of {@link StateSpaceDual} as portable annotated loops, five tasks one after
 * another. Exponents are sums of the steps they span, taken sixteen by sixteen, never differences
 * of long sums. Inputs that dims calls absent are arrays of one unused element.
 *
 * <p>dims everywhere: L, H, P, G, N, steps of a chunk, chunks, whether d and h0 are given, and
 * tiles of channels of a head.
 */
public final class StateSpaceDualLoops {
  /** Channels of a head that share the decays of an output. */
  static final int TOGETHER = 16;

  private StateSpaceDualLoops() {}

  /**
   * For each step the decay since its chunk began, and its time step times the decay until the
   * chunk ends.
   *
   * @param dt [L,H]
   * @param a [H]
   * @param since [L,H]
   * @param until [L,H]
   */
  public static void decays(
      FloatArray dt, FloatArray a, FloatArray since, FloatArray until, IntArray dims) {
    for (@Parallel int chunk = 0; chunk < dims.get(6); chunk++) {
      for (@Parallel int head = 0; head < dims.get(1); head++) {
        int heads = dims.get(1);
        int from = chunk * dims.get(5);
        int to = TornadoMath.min(from + dims.get(5), dims.get(0));
        float rate = a.get(head);
        float near = 0.0f;
        float far = 0.0f;
        int count = 0;
        for (int t = from; t < to; t++) {
          near = near + dt.get(t * heads + head);
          since.set(t * heads + head, TornadoMath.exp((far + near) * rate));
          count = count + 1;
          if (count == 16) {
            far = far + near;
            near = 0.0f;
            count = 0;
          }
        }
        near = 0.0f;
        far = 0.0f;
        count = 0;
        for (int back = 0; back < to - from; back++) {
          int t = to - 1 - back;
          float step = dt.get(t * heads + head);
          until.set(t * heads + head, step * TornadoMath.exp((far + near) * rate));
          near = near + step;
          count = count + 1;
          if (count == 16) {
            far = far + near;
            near = 0.0f;
            count = 0;
          }
        }
      }
    }
  }

  /**
   * c of each step times b of each earlier step of its chunk.
   *
   * @param b [L,G,N]
   * @param c [L,G,N]
   * @param products [G,L,chunk], 0 for later steps
   */
  public static void products(FloatArray b, FloatArray c, FloatArray products, IntArray dims) {
    for (@Parallel int group = 0; group < dims.get(3); group++) {
      for (@Parallel int t = 0; t < dims.get(0); t++) {
        for (@Parallel int j = 0; j < dims.get(5); j++) {
          int length = dims.get(0);
          int groups = dims.get(3);
          int states = dims.get(4);
          int chunk = dims.get(5);
          int source = (t / chunk) * chunk + j;
          float sum = 0.0f;
          if (source <= t) {
            int row = (t * groups + group) * states;
            int other = (source * groups + group) * states;
            for (int n = 0; n < states; n++) {
              sum = sum + c.get(row + n) * b.get(other + n);
            }
          }
          products.set((group * length + t) * chunk + j, sum);
        }
      }
    }
  }

  /**
   * The state that a chunk leaves when it starts from none.
   *
   * @param x [L,H,P]
   * @param b [L,G,N]
   * @param until [L,H]
   * @param rests [chunks,H,P,N]
   */
  public static void rests(
      FloatArray x, FloatArray b, FloatArray until, FloatArray rests, IntArray dims) {
    for (@Parallel int chunk = 0; chunk < dims.get(6); chunk++) {
      for (@Parallel int row = 0; row < dims.get(1) * dims.get(2); row++) {
        for (@Parallel int n = 0; n < dims.get(4); n++) {
          int heads = dims.get(1);
          int width = dims.get(2);
          int groups = dims.get(3);
          int states = dims.get(4);
          int head = row / width;
          int group = head / (heads / groups);
          int from = chunk * dims.get(5);
          int to = TornadoMath.min(from + dims.get(5), dims.get(0));
          float sum = 0.0f;
          for (int t = from; t < to; t++) {
            float drive = until.get(t * heads + head) * x.get(t * heads * width + row);
            sum = sum + drive * b.get((t * groups + group) * states + n);
          }
          rests.set((chunk * heads * width + row) * states + n, sum);
        }
      }
    }
  }

  /**
   * The state that each chunk starts from, and the last one.
   *
   * @param since [L,H]
   * @param rests [chunks,H,P,N]
   * @param h0 [H,P,N]
   * @param starts [chunks,H,P,N]
   * @param lastState [H,P,N]
   */
  public static void carry(
      FloatArray since,
      FloatArray rests,
      FloatArray h0,
      FloatArray starts,
      FloatArray lastState,
      IntArray dims) {
    for (@Parallel int row = 0; row < dims.get(1) * dims.get(2); row++) {
      for (@Parallel int n = 0; n < dims.get(4); n++) {
        int length = dims.get(0);
        int heads = dims.get(1);
        int width = dims.get(2);
        int states = dims.get(4);
        int size = dims.get(5);
        int chunks = dims.get(6);
        int started = dims.get(8);
        int head = row / width;
        float h = 0.0f;
        if (started == 1) {
          h = h0.get(row * states + n);
        }
        for (int chunk = 0; chunk < chunks; chunk++) {
          int at = (chunk * heads * width + row) * states + n;
          int last = TornadoMath.min((chunk + 1) * size, length) - 1;
          starts.set(at, h);
          h = since.get(last * heads + head) * h + rests.get(at);
        }
        lastState.set(row * states + n, h);
      }
    }
  }

  /**
   * The outputs: what the chunk's start still gives, and what its own steps give.
   *
   * @param x [L,H,P]
   * @param dt [L,H]
   * @param a [H]
   * @param c [L,G,N]
   * @param d [H]
   * @param products [G,L,chunk]
   * @param since [L,H]
   * @param starts [chunks,H,P,N]
   * @param y [L,H,P]
   */
  public static void outputs(
      FloatArray x,
      FloatArray dt,
      FloatArray a,
      FloatArray c,
      FloatArray d,
      FloatArray products,
      FloatArray since,
      FloatArray starts,
      FloatArray y,
      IntArray dims) {
    for (@Parallel int t = 0; t < dims.get(0); t++) {
      for (@Parallel int head = 0; head < dims.get(1); head++) {
        for (@Parallel int tile = 0; tile < dims.get(9); tile++) {
          int length = dims.get(0);
          int heads = dims.get(1);
          int width = dims.get(2);
          int groups = dims.get(3);
          int states = dims.get(4);
          int size = dims.get(5);
          int skips = dims.get(7);
          int group = head / (heads / groups);
          int chunk = t / size;
          int from = chunk * size;
          int first = tile * 16;
          int held = TornadoMath.min(16, width - first);
          float rate = a.get(head);

          float[] sums = new float[16];
          float begun = since.get(t * heads + head);
          for (int p = 0; p < 16; p++) {
            sums[p] = 0.0f;
          }
          for (int p = 0; p < held; p++) {
            int start = ((chunk * heads + head) * width + first + p) * states;
            float sum = 0.0f;
            for (int n = 0; n < states; n++) {
              sum = sum + c.get((t * groups + group) * states + n) * starts.get(start + n);
            }
            sums[p] = begun * sum;
          }
          float near = 0.0f;
          float far = 0.0f;
          int count = 0;
          for (int back = 0; back <= t - from; back++) {
            int j = t - back;
            float step = dt.get(j * heads + head);
            float product = products.get((group * length + t) * size + j - from);
            float weight = product * (step * TornadoMath.exp((far + near) * rate));
            for (int p = 0; p < held; p++) {
              sums[p] = sums[p] + weight * x.get((j * heads + head) * width + first + p);
            }
            near = near + step;
            count = count + 1;
            if (count == 16) {
              far = far + near;
              near = 0.0f;
              count = 0;
            }
          }
          float skip = 0.0f;
          if (skips == 1) {
            skip = d.get(head);
          }
          for (int p = 0; p < held; p++) {
            int at = (t * heads + head) * width + first + p;
            y.set(at, sums[p] + skip * x.get(at));
          }
        }
      }
    }
  }
}
