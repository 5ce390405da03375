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

  /** Steps of a block: those of the 16 items that share a channel and its states. */
  private static final int BLOCK = 128;

  /** Steps of an item. */
  private static final int STEPS = 8;

  /** States of an item. */
  private static final int OWN = 8;

  /** Items that follow each other in time. */
  private static final int PARTS = 16;

  /**
   * Length of rows of steps in local memory: 4 more after each 32, so that items 8 steps apart
   * differ in bank.
   */
  private static final int ROW = 144;

  /** The same for rows of channels, which differ in bank, too. */
  private static final int LINE = 148;

  /** Length of rows of summaries: odd, so that rows differ in bank. */
  private static final int SUMMARIES = 17;

  /** Local memory of a group: the arrays of {@link #scan}. */
  static final int LOCAL_BYTES = 4 * (592 + 592 + 1184 + 2304 + 2304 + 1088 + 1088);

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
    float[] sums = context.allocateFloatLocalArray(1184);
    float[] inputs = context.allocateFloatLocalArray(2304);
    float[] outputs = context.allocateFloatLocalArray(2304);
    float[] products = context.allocateFloatLocalArray(1088);
    float[] rests = context.allocateFloatLocalArray(1088);
    float[] rates = new float[8];
    float[] dt = new float[8];
    float[] drive = new float[8];
    float[] sum = new float[8];
    float[] shares = new float[64];

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
    int firstChannel = group * groupChannels;
    int tile = context.groupIdx * CHANNELS;
    int projection = group * states * length;

    // As owner of steps and states: channels first, for items that want the same b and c.
    int slot = item & 3;
    int part = (item >> 2) & 15;
    int half = item >> 6;
    int channel = firstChannel + TornadoMath.min(tile + slot, groupChannels - 1);
    int own = part * STEPS + (part >> 2) * 4;
    int firstState = half * OWN;
    for (int n = 0; n < OWN; n++) {
      int state = firstState + n;
      // A state beyond the last has a rate and inputs of 0 and stays 0.
      float factor = state < states ? 1.0f : 0.0f;
      rates[n] = factor * a.get(channel * states + TornadoMath.min(state, states - 1));
    }

    // As one that carries a state from block to block; half of the items.
    int carrySlot = item & 3;
    int carryState = (item >> 2) & 15;
    int carryRow = item * SUMMARIES;
    int carryAt =
        (firstChannel + TornadoMath.min(tile + carrySlot, groupChannels - 1)) * states
            + TornadoMath.min(carryState, states - 1);
    float carried = 0.0f;
    if (started == 1) {
      carried = h0.get(carryAt);
    }

    // As reader and writer of a step.
    int column = item + (item >> 5) * 4;
    for (int from = 0; from < length; from += BLOCK) {
      int t = from + item;
      int source = TornadoMath.min(t, length - 1);
      // Steps beyond the end have dt = 0, which leaves every state as it is.
      float present = t < length ? 1.0f : 0.0f;
      for (int k = 0; k < CHANNELS; k++) {
        int reads = firstChannel + TornadoMath.min(tile + k, groupChannels - 1);
        float step = delta.get(reads * length + source);
        if (biased == 1) {
          step = step + deltaBias.get(reads);
        }
        if (softplus == 1) {
          step = Softplus.of(step);
        }
        step = step * present;
        steps[k * LINE + column] = step;
        drives[k * LINE + column] = step * u.get(reads * length + source);
      }
      for (int n = 0; n < STATES; n++) {
        int state = TornadoMath.min(n, states - 1);
        float factor = n < states ? 1.0f : 0.0f;
        inputs[n * ROW + column] = factor * b.get(projection + state * length + source);
        outputs[n * ROW + column] = factor * c.get(projection + state * length + source);
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
        products[at] = product;
        rests[at] = h;
      }
      context.localBarrier();
      if (item < CHANNELS * STATES) {
        for (int k = 0; k < PARTS; k++) {
          float rest = rests[carryRow + k];
          rests[carryRow + k] = carried;
          carried = products[carryRow + k] * carried + rest;
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
        sums[(half * CHANNELS + slot) * LINE + own + k] = sum[k];
      }
      context.localBarrier();
      for (int k = 0; k < CHANNELS; k++) {
        int writes = 1;
        if (t >= length) {
          writes = 0;
        }
        if (tile + k >= groupChannels) {
          writes = 0;
        }
        if (writes == 1) {
          int line = firstChannel + tile + k;
          int target = line * length + t;
          float result = sums[k * LINE + column] + sums[(CHANNELS + k) * LINE + column];
          if (skips == 1) {
            result = result + d.get(line) * u.get(target);
          }
          if (gated == 1) {
            float gate = z.get(target);
            result = result * (gate * Sigmoid.of(gate));
          }
          y.set(target, result);
        }
      }
    }
    int keeps = 1;
    if (item >= CHANNELS * STATES) {
      keeps = 0;
    }
    if (carryState >= states) {
      keeps = 0;
    }
    if (tile + carrySlot >= groupChannels) {
      keeps = 0;
    }
    if (keeps == 1) {
      lastState.set(carryAt, carried);
    }
  }
}
