package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The two passes of {@link SelectiveScanChunksLoops} with explicit work-groups, for GPUs: a group
 * takes 32 channels that share b and c, and four chunks of time that follow each other. An item
 * walks one chunk of one channel with all states in registers; eight steps of every chunk at a time
 * pass through local memory, where neighbours read u and delta in rows and the items of a chunk all
 * want the same b and c.
 */
public final class SelectiveScanWideTiles {
  /** Channels of a group. */
  static final int CHANNELS = 32;

  /** Chunks of a group. */
  static final int PARTS = 4;

  /** Work-items of a group. */
  static final int ITEMS = 128;

  /** Most states of a channel. */
  static final int STATES = 16;

  /** Steps of a chunk. */
  static final int CHUNK = 64;

  /** Registers that an item needs. */
  static final int REGISTERS = 64;

  /** Steps of a chunk that are in local memory at a time. */
  private static final int STAGE = 8;

  /** One more than the steps of a channel, so that channels differ in bank. */
  private static final int ROW = 33;

  /** Local memory of a group in {@link #scan}. */
  static final int LOCAL_BYTES = 4 * (3 * CHANNELS * ROW + 2 * STATES * 32);

  private SelectiveScanWideTiles() {}

  /**
   * What each chunk does to a state; group x is a tile of channels with four chunks, group y the
   * group of b and c. Arguments as in {@link SelectiveScanChunksLoops#summarize}.
   */
  public static void summarize(
      KernelContext context,
      FloatArray u,
      FloatArray delta,
      FloatArray a,
      FloatArray b,
      FloatArray deltaBias,
      FloatArray totals,
      FloatArray rests,
      IntArray dims) {
    float[] steps = context.allocateFloatLocalArray(1056);
    float[] drives = context.allocateFloatLocalArray(1056);
    float[] inputs = context.allocateFloatLocalArray(512);
    float[] h = new float[16];
    float[] rates = new float[16];

    int length = dims.get(1);
    int states = dims.get(2);
    int groupChannels = dims.get(3);
    int softplus = dims.get(4);
    int biased = dims.get(7);
    int chunks = dims.get(9);
    int size = dims.get(10);

    int item = context.localIdx;
    int column = item & 31;
    int part = item >> 5;
    int stretches = (chunks + PARTS - 1) >> 2;
    int tile = context.groupIdx / stretches;
    int firstChunk = (context.groupIdx - tile * stretches) * PARTS;
    int group = context.groupIdy;
    int firstChannel = group * groupChannels;
    int channel = firstChannel + TornadoMath.min(tile * CHANNELS + column, groupChannels - 1);
    int projection = group * states * length;
    for (int n = 0; n < STATES; n++) {
      h[n] = 0.0f;
      // A state beyond the last has a rate and inputs of 0 and stays 0.
      rates[n] = n < states ? a.get(channel * states + TornadoMath.min(n, states - 1)) : 0.0f;
    }
    float total = 0.0f;
    float lost = 0.0f;
    int readChunk = firstChunk + (column >> 3);
    for (int from = 0; from < size; from += STAGE) {
      int t = readChunk * size + from + (column & 7);
      int source = TornadoMath.min(t, length - 1);
      // Steps beyond the end have dt = 0, which leaves every state as it is.
      float present = t < length ? 1.0f : 0.0f;
      context.localBarrier();
      for (int k = 0; k < STAGE; k++) {
        int line = part + PARTS * k;
        int reads = firstChannel + TornadoMath.min(tile * CHANNELS + line, groupChannels - 1);
        float dt = delta.get(reads * length + source);
        if (biased == 1) {
          dt = dt + deltaBias.get(reads);
        }
        if (softplus == 1) {
          dt = Softplus.of(dt);
        }
        dt = dt * present;
        steps[line * ROW + column] = dt;
        drives[line * ROW + column] = dt * u.get(reads * length + source);
      }
      for (int k = 0; k < STATES / PARTS; k++) {
        int n = part + PARTS * k;
        float factor = n < states ? 1.0f : 0.0f;
        int state = TornadoMath.min(n, states - 1);
        inputs[n * 32 + column] = factor * b.get(projection + state * length + source);
      }
      context.localBarrier();
      for (int k = 0; k < STAGE; k++) {
        int at = part * STAGE + k;
        float dt = steps[column * ROW + at];
        float drive = drives[column * ROW + at];
        float more = dt - lost;
        float sum = total + more;
        lost = (sum - total) - more;
        total = sum;
        for (int n = 0; n < STATES; n++) {
          h[n] = TornadoMath.exp(dt * rates[n]) * h[n] + drive * inputs[n * 32 + at];
        }
      }
    }
    int chunk = firstChunk + part;
    int writes = 1;
    if (chunk >= chunks) {
      writes = 0;
    }
    if (tile * CHANNELS + column >= groupChannels) {
      writes = 0;
    }
    if (writes == 1) {
      totals.set(channel * chunks + chunk, total);
      for (int n = 0; n < STATES; n++) {
        if (n < states) {
          rests.set((channel * chunks + chunk) * states + n, h[n]);
        }
      }
    }
  }

  /**
   * Scans each chunk from its start; groups as in {@link #summarize}, arguments as in {@link
   * SelectiveScanChunksLoops#scan}.
   */
  public static void scan(
      KernelContext context,
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
    float[] steps = context.allocateFloatLocalArray(1056);
    float[] drives = context.allocateFloatLocalArray(1056);
    float[] results = context.allocateFloatLocalArray(1056);
    float[] inputs = context.allocateFloatLocalArray(512);
    float[] outputs = context.allocateFloatLocalArray(512);
    float[] h = new float[16];
    float[] rates = new float[16];

    int length = dims.get(1);
    int states = dims.get(2);
    int groupChannels = dims.get(3);
    int softplus = dims.get(4);
    int skips = dims.get(5);
    int gated = dims.get(6);
    int biased = dims.get(7);
    int chunks = dims.get(9);
    int size = dims.get(10);

    int item = context.localIdx;
    int column = item & 31;
    int part = item >> 5;
    int stretches = (chunks + PARTS - 1) >> 2;
    int tile = context.groupIdx / stretches;
    int firstChunk = (context.groupIdx - tile * stretches) * PARTS;
    int group = context.groupIdy;
    int firstChannel = group * groupChannels;
    int channel = firstChannel + TornadoMath.min(tile * CHANNELS + column, groupChannels - 1);
    int projection = group * states * length;
    int chunk = TornadoMath.min(firstChunk + part, chunks - 1);
    for (int n = 0; n < STATES; n++) {
      int state = TornadoMath.min(n, states - 1);
      float factor = n < states ? 1.0f : 0.0f;
      h[n] = factor * starts.get((channel * chunks + chunk) * states + state);
      rates[n] = factor * a.get(channel * states + state);
    }
    int readChunk = firstChunk + (column >> 3);
    for (int from = 0; from < size; from += STAGE) {
      int t = readChunk * size + from + (column & 7);
      int source = TornadoMath.min(t, length - 1);
      context.localBarrier();
      for (int k = 0; k < STAGE; k++) {
        int line = part + PARTS * k;
        int reads = firstChannel + TornadoMath.min(tile * CHANNELS + line, groupChannels - 1);
        float dt = delta.get(reads * length + source);
        if (biased == 1) {
          dt = dt + deltaBias.get(reads);
        }
        if (softplus == 1) {
          dt = Softplus.of(dt);
        }
        float input = u.get(reads * length + source);
        float skip = 0.0f;
        if (skips == 1) {
          skip = d.get(reads);
        }
        steps[line * ROW + column] = dt;
        drives[line * ROW + column] = dt * input;
        results[line * ROW + column] = skip * input;
      }
      for (int k = 0; k < STATES / PARTS; k++) {
        int n = part + PARTS * k;
        float factor = n < states ? 1.0f : 0.0f;
        int state = TornadoMath.min(n, states - 1);
        inputs[n * 32 + column] = factor * b.get(projection + state * length + source);
        outputs[n * 32 + column] = factor * c.get(projection + state * length + source);
      }
      context.localBarrier();
      for (int k = 0; k < STAGE; k++) {
        int at = part * STAGE + k;
        float dt = steps[column * ROW + at];
        float drive = drives[column * ROW + at];
        float sum = results[column * ROW + at];
        for (int n = 0; n < STATES; n++) {
          float next = TornadoMath.exp(dt * rates[n]) * h[n] + drive * inputs[n * 32 + at];
          h[n] = next;
          sum = sum + outputs[n * 32 + at] * next;
        }
        results[column * ROW + at] = sum;
      }
      context.localBarrier();
      for (int k = 0; k < STAGE; k++) {
        int line = part + PARTS * k;
        int inGroup = tile * CHANNELS + line;
        int writes = 1;
        if (t >= length) {
          writes = 0;
        }
        if (inGroup >= groupChannels) {
          writes = 0;
        }
        if (writes == 1) {
          int target = (firstChannel + inGroup) * length + t;
          float sum = results[line * ROW + column];
          if (gated == 1) {
            float gate = z.get(target);
            sum = sum * (gate * Sigmoid.of(gate));
          }
          y.set(target, sum);
        }
      }
    }
  }
}
