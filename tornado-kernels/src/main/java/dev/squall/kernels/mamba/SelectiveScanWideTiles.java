package dev.squall.kernels.mamba;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The selective scan in one pass with explicit work-groups, for GPUs whose items own many
 * registers: a group takes 4 channels that share b and c and walks through time 128 steps at a
 * time. An item owns 8 steps of a channel and half of its states.
 *
 * <p>An item scans its steps from a state of 0 and keeps in registers what a state before them
 * would add to each y: c · the product of the decays up to there. A short scan over the items of a
 * channel then turns products and rests into the state that each item starts from, and one
 * multiply-add per state and step adds its share. So every exponential is computed once.
 *
 * <p>Few items fit a multiprocessor, so loads must not be waited for: the inputs of the next block
 * are on their way while the outputs of this one are finished.
 */
public final class SelectiveScanWideTiles {
  /** Channels of a group. */
  static final int CHANNELS = 4;

  /** Work-items of a group. */
  static final int ITEMS = 128;

  /** Most states of a channel. */
  static final int STATES = 16;

  /** Registers that an item needs. */
  static final int REGISTERS = 128;

  /** Steps of a block, one for each item to read and to write. */
  private static final int BLOCK = 128;

  /** Items that follow each other in time. */
  private static final int PARTS = 16;

  /** Steps of an item. */
  private static final int STEPS = 8;

  /** States of an item. */
  private static final int OWN = 8;

  /**
   * Length of rows of b and c in local memory: 4 more for each 32 steps, so that items 8 steps
   * apart differ in bank.
   */
  private static final int ROW = 144;

  /** The same for rows of channels, which differ in bank, too. */
  private static final int LINE = 148;

  /** Length of rows of products and rests: one more than the parts, so that rows differ in bank. */
  private static final int SUMMARIES = 17;

  /** Local memory of a group: the arrays of {@link #scan}. */
  static final int LOCAL_BYTES = 4 * (592 + 592 + 2304 + 2304 + 1184 + 1088);

  private SelectiveScanWideTiles() {}

  /**
   * Scans every channel; group x is a tile of channels, group y the group of b and c. Arguments as
   * in {@link SelectiveScanLoops#scan}, N at most 16.
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
    float[] steps = context.allocateFloatLocalArray(592);
    float[] drives = context.allocateFloatLocalArray(592);
    float[] inputs = context.allocateFloatLocalArray(2304);
    float[] outputs = context.allocateFloatLocalArray(2304);
    // Products of decays on the way to the states, sums of states on the way to y.
    float[] partials = context.allocateFloatLocalArray(1184);
    float[] rests = context.allocateFloatLocalArray(1088);
    int[] rows = new int[4];
    float[] nextDelta = new float[4];
    float[] nextU = new float[4];
    float[] nextB = new float[16];
    float[] nextC = new float[16];
    float[] bias = new float[4];
    float[] skip = new float[4];
    float[] skipped = new float[4];
    float[] gates = new float[4];
    float[] rates = new float[8];
    float[] dt = new float[8];
    float[] drive = new float[8];
    float[] sum = new float[8];
    float[] shares = new float[64];
    float[] products = new float[8];
    float[] ends = new float[8];

    int length = dims.get(1);
    int states = dims.get(2);
    int groupChannels = dims.get(3);
    int softplus = dims.get(4);
    int skips = dims.get(5);
    int gated = dims.get(6);
    int biased = dims.get(7);
    int started = dims.get(8);

    int item = context.localIdx;
    int group = context.groupIdy;
    int tile = context.groupIdx * CHANNELS;
    int firstChannel = group * groupChannels + tile;
    // Absent channels repeat the last one and write nothing.
    int lastChannel = group * groupChannels + groupChannels - 1;
    int projection = group * states * length;

    // As owner of steps and states; neighbours are channels, which want the same b and c.
    int slot = item & 3;
    int part = (item >> 2) & 15;
    int firstState = (item >> 6) * OWN;
    int own = part * STEPS + (part >> 2) * 4;
    int channel = TornadoMath.min(firstChannel + slot, lastChannel);
    for (int n = 0; n < OWN; n++) {
      // States beyond the last repeat it, with a c of 0.
      rates[n] = a.get(channel * states + TornadoMath.min(firstState + n, states - 1));
    }

    // As carrier of a state from block to block: the first 64 items.
    int carries = item < CHANNELS * STATES ? 1 : 0;
    int carriedState = item >> 2;
    int carriedAt = channel * states + TornadoMath.min(carriedState, states - 1);
    float carried = 0.0f;
    if (started == 1) {
      carried = h0.get(carriedAt);
    }

    // As reader and writer of one step of a block.
    int column = item + (item >> 5) * 4;
    for (int k = 0; k < CHANNELS; k++) {
      int reads = TornadoMath.min(firstChannel + k, lastChannel);
      rows[k] = reads * length;
      bias[k] = 0.0f;
      skip[k] = 0.0f;
      gates[k] = 0.0f;
      if (biased == 1) {
        bias[k] = deltaBias.get(reads);
      }
      if (skips == 1) {
        skip[k] = d.get(reads);
      }
    }
    int source = TornadoMath.min(item, length - 1);
    for (int k = 0; k < CHANNELS; k++) {
      int at = rows[k] + source;
      nextDelta[k] = delta.get(at);
      nextU[k] = u.get(at);
    }
    for (int n = 0; n < STATES; n++) {
      int at = projection + TornadoMath.min(n, states - 1) * length + source;
      nextB[n] = b.get(at);
      nextC[n] = c.get(at);
    }

    for (int from = 0; from < length; from += BLOCK) {
      int t = from + item;
      for (int k = 0; k < CHANNELS; k++) {
        float step = nextDelta[k] + bias[k];
        if (softplus == 1) {
          step = Softplus.of(step);
        }
        // Steps beyond the end have dt = 0, which leaves every state as it is.
        step = t < length ? step : 0.0f;
        steps[k * LINE + column] = step;
        drives[k * LINE + column] = step * nextU[k];
        skipped[k] = skip[k] * nextU[k];
      }
      for (int n = 0; n < STATES; n++) {
        inputs[n * ROW + column] = nextB[n];
        outputs[n * ROW + column] = n < states ? nextC[n] : 0.0f;
      }
      context.localBarrier();

      for (int k = 0; k < STEPS; k++) {
        dt[k] = steps[slot * LINE + own + k];
        drive[k] = drives[slot * LINE + own + k];
        sum[k] = 0.0f;
      }
      for (int n = 0; n < OWN; n++) {
        float rate = rates[n];
        float h = 0.0f;
        float product = 1.0f;
        int row = (firstState + n) * ROW + own;
        for (int k = 0; k < STEPS; k++) {
          float decay = TornadoMath.exp(dt[k] * rate);
          h = decay * h + drive[k] * inputs[row + k];
          product = decay * product;
          sum[k] = sum[k] + outputs[row + k] * h;
          shares[n * STEPS + k] = outputs[row + k] * product;
        }
        int at = ((firstState + n) * CHANNELS + slot) * SUMMARIES + part;
        partials[at] = product;
        rests[at] = h;
      }
      context.localBarrier();

      if (gated == 1) {
        for (int k = 0; k < CHANNELS; k++) {
          gates[k] = z.get(rows[k] + TornadoMath.min(t, length - 1));
        }
      }
      if (carries == 1) {
        // Eight are read before one is written: each wait would be one of 16 in a row.
        for (int from8 = 0; from8 < PARTS; from8 += 8) {
          for (int k = 0; k < 8; k++) {
            products[k] = partials[item * SUMMARIES + from8 + k];
            ends[k] = rests[item * SUMMARIES + from8 + k];
          }
          for (int k = 0; k < 8; k++) {
            rests[item * SUMMARIES + from8 + k] = carried;
            carried = products[k] * carried + ends[k];
          }
        }
      }
      context.localBarrier();

      for (int n = 0; n < OWN; n++) {
        float start = rests[((firstState + n) * CHANNELS + slot) * SUMMARIES + part];
        for (int k = 0; k < STEPS; k++) {
          sum[k] = sum[k] + shares[n * STEPS + k] * start;
        }
      }
      for (int k = 0; k < STEPS; k++) {
        partials[((item >> 6) * CHANNELS + slot) * LINE + own + k] = sum[k];
      }
      source = TornadoMath.min(t + BLOCK, length - 1);
      for (int k = 0; k < CHANNELS; k++) {
        int at = rows[k] + source;
        nextDelta[k] = delta.get(at);
        nextU[k] = u.get(at);
      }
      for (int n = 0; n < STATES; n++) {
        int at = projection + TornadoMath.min(n, states - 1) * length + source;
        nextB[n] = b.get(at);
        nextC[n] = c.get(at);
      }
      context.localBarrier();

      for (int k = 0; k < CHANNELS; k++) {
        float result = partials[k * LINE + column] + partials[(CHANNELS + k) * LINE + column];
        result = result + skipped[k];
        if (gated == 1) {
          result = result * (gates[k] * Sigmoid.of(gates[k]));
        }
        int writes = 1;
        if (t >= length) {
          writes = 0;
        }
        if (tile + k >= groupChannels) {
          writes = 0;
        }
        if (writes == 1) {
          y.set(rows[k] + t, result);
        }
      }
    }
    if (tile + slot >= groupChannels) {
      carries = 0;
    }
    if (carriedState >= states) {
      carries = 0;
    }
    if (carries == 1) {
      lastState.set(carriedAt, carried);
    }
  }
}
