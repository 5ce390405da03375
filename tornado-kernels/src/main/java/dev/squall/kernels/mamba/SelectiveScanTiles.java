package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The selective scan with explicit work-groups: a group takes 8 channels that share b and c, 16
 * work-items a channel, and walks through time 16 steps at a time. In a stretch an item first plays
 * a step (it makes dt and dt · u), then a state (it runs the recurrence of states item, item + 16,
 * …), then a step again (it adds up the products c · h of all states and writes y).
 */
public final class SelectiveScanTiles {
  /** Channels of a work-group. */
  static final int CHANNELS = 8;

  /** Work-items of a group. */
  static final int ITEMS = 128;

  private static final int STEPS = 16;

  /** Length of a row of local arrays: one more than the steps, so that columns differ in bank. */
  private static final int ROW = 17;

  /** Local memory of a group: the arrays of {@link #scan}. */
  static final int LOCAL_BYTES = 4 * (128 + 128 + 1088 + 1088 + 512 + 2176);

  private SelectiveScanTiles() {}

  /**
   * Scans every channel; group x is a tile of channels, group y the group of b and c. Arguments as
   * in {@link SelectiveScanLoops#scan}.
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
      FloatArray h0,
      FloatArray y,
      FloatArray lastState,
      IntArray dims) {
    float[] steps = context.allocateFloatLocalArray(128);
    float[] drives = context.allocateFloatLocalArray(128);
    float[] inputs = context.allocateFloatLocalArray(1088);
    float[] outputs = context.allocateFloatLocalArray(1088);
    float[] carried = context.allocateFloatLocalArray(512);
    float[] products = context.allocateFloatLocalArray(2176);

    int length = dims.get(1);
    int states = dims.get(2);
    int groupChannels = dims.get(3);
    int softplus = dims.get(4);
    int skips = dims.get(5);
    int gated = dims.get(6);
    int biased = dims.get(7);
    int started = dims.get(8);

    int item = context.localIdx;
    int slot = item / STEPS;
    int lane = item - slot * STEPS;
    int inGroup = context.groupIdx * CHANNELS + slot;
    int group = context.groupIdy;
    int present = 1;
    if (inGroup >= groupChannels) {
      present = 0;
    }
    // Absent channels repeat the last one and write nothing.
    int channel = group * groupChannels + TornadoMath.min(inGroup, groupChannels - 1);
    int row = channel * length;
    int stateRow = channel * states;
    int projection = group * states * length;

    float bias = 0.0f;
    if (biased == 1) {
      bias = deltaBias.get(channel);
    }
    float skip = 0.0f;
    if (skips == 1) {
      skip = d.get(channel);
    }
    for (int n = lane; n < states; n += STEPS) {
      float start = 0.0f;
      if (started == 1) {
        start = h0.get(stateRow + n);
      }
      carried[slot * 64 + n] = start;
    }

    for (int from = 0; from < length; from += STEPS) {
      int t = from + lane;
      float input = 0.0f;
      float dt = 0.0f;
      if (t < length) {
        input = u.get(row + t);
        dt = delta.get(row + t) + bias;
        if (softplus == 1) {
          dt = Softplus.of(dt);
        }
      }
      // Steps beyond the end have dt = 0, which leaves every state as it is.
      steps[item] = dt;
      drives[item] = dt * input;
      for (int k = item; k < states * STEPS; k += ITEMS) {
        int n = k / STEPS;
        int step = k - n * STEPS;
        int source = projection + n * length + TornadoMath.min(from + step, length - 1);
        inputs[n * ROW + step] = b.get(source);
        outputs[n * ROW + step] = c.get(source);
      }
      context.localBarrier();

      for (int k = 0; k < STEPS; k++) {
        products[(slot * STEPS + k) * ROW + lane] = 0.0f;
      }
      for (int n = lane; n < states; n += STEPS) {
        float rate = a.get(stateRow + n);
        float h = carried[slot * 64 + n];
        for (int k = 0; k < STEPS; k++) {
          float decay = TornadoMath.exp(steps[slot * STEPS + k] * rate);
          h = decay * h + drives[slot * STEPS + k] * inputs[n * ROW + k];
          int at = (slot * STEPS + k) * ROW + lane;
          products[at] = products[at] + outputs[n * ROW + k] * h;
        }
        carried[slot * 64 + n] = h;
      }
      context.localBarrier();

      float sum = skip * input;
      for (int k = 0; k < STEPS; k++) {
        sum = sum + products[item * ROW + k];
      }
      int writes = 0;
      if (t < length) {
        writes = present;
      }
      if (writes == 1) {
        if (gated == 1) {
          float gate = z.get(row + t);
          sum = sum * (gate * Sigmoid.of(gate));
        }
        y.set(row + t, sum);
      }
    }
    if (present == 1) {
      for (int n = lane; n < states; n += STEPS) {
        lastState.set(stateRow + n, carried[slot * 64 + n]);
      }
    }
  }
}
