package dev.squall.kernels.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The selective scan on the host's vector unit: tiles of as many channels as a vector has lanes,
 * each walked through time in stretches that stay in the cache. Rows of u and delta are turned so
 * that channels lie across the lanes, {@link ScanTile} runs the recurrence, and y is turned back.
 */
final class SelectiveScanSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final VectorSpecies<Float> SPECIES = Activations.SPECIES;
  private static final int LANES = ScanTile.LANES;
  private static final int STEPS = ScanTile.STEPS;

  private final Call call;
  private final int channels;
  private final int groupChannels;
  private final int length;
  private final int states;
  private final int stretches;
  private final boolean softplus;
  private final float[][] projections;

  private SelectiveScanSimd(Call call) {
    Sizes sizes = call.sizes();
    this.call = call;
    channels = sizes.extent("C");
    groupChannels = channels / sizes.extent("G");
    length = sizes.extent("L");
    states = sizes.extent("N");
    stretches = Math.ceilDiv(length, STEPS);
    softplus = sizes.flag("softplus");
    projections = new float[sizes.extent("G") * stretches][];
  }

  static void scan(Call call, HostThreads threads) {
    SelectiveScanSimd scan = new SelectiveScanSimd(call);
    threads.forEach(scan.projections.length, scan::pack);
    int tilesOfGroup = Math.ceilDiv(scan.groupChannels, LANES);
    threads.forEach(
        (long) (scan.channels / scan.groupChannels) * tilesOfGroup,
        () -> new Worker(scan),
        (worker, index) -> {
          int group = (int) (index / tilesOfGroup);
          int first = (int) (index % tilesOfGroup) * LANES;
          int count = Math.min(LANES, scan.groupChannels - first);
          worker.scanTile(group, group * scan.groupChannels + first, count);
        });
  }

  /** Bytes of the packed projections. */
  static long workspaceBytes(Sizes sizes) {
    long steps = Math.ceilDiv(sizes.dim("L"), (long) STEPS) * STEPS;
    return 2 * sizes.dim("G") * sizes.dim("N") * steps * Float.BYTES;
  }

  /** Lays B and C of one stretch side by side: rows a stretch long do not alias in the cache. */
  private void pack(long index) {
    int group = (int) (index / stretches);
    int from = (int) (index % stretches) * STEPS;
    int count = Math.min(STEPS, length - from);
    float[] packed = new float[2 * states * STEPS];
    for (int n = 0; n < states; n++) {
      long row = ((long) group * states + n) * length + from;
      copy(call.in("b"), row, packed, n * STEPS, count);
      copy(call.in("c"), row, packed, (states + n) * STEPS, count);
    }
    projections[(int) index] = packed;
  }

  private static void copy(Tensor from, long at, float[] to, int offset, int count) {
    MemorySegment.copy(from.data(), F32, at * Float.BYTES, to, offset, count);
  }

  /** One thread's arrays. */
  private static final class Worker {
    private final SelectiveScanSimd scan;
    private final ScanTile tile;
    private final LaneTranspose transpose = new LaneTranspose();

    /** u, [lane][step]. */
    private final float[] input = new float[LANES * STEPS];

    /** Time steps, later dt · u, later y, [lane][step]. */
    private final float[] rows = new float[LANES * STEPS];

    private Worker(SelectiveScanSimd scan) {
      this.scan = scan;
      this.tile = new ScanTile(scan.states);
    }

    private void scanTile(int group, int first, int count) {
      start(first, count);
      Arrays.fill(input, 0);
      Arrays.fill(rows, 0);
      for (int stretch = 0; stretch < scan.stretches; stretch++) {
        int from = stretch * STEPS;
        int steps = Math.min(STEPS, scan.length - from);
        int squares = Math.ceilDiv(steps, LANES);
        for (int lane = 0; lane < count; lane++) {
          load(first + lane, lane, from, steps);
        }
        transpose.toLanes(rows, STEPS, tile.dt, squares);
        multiply(rows, input, 0, LANES * STEPS);
        transpose.toLanes(rows, STEPS, tile.drive, squares);
        tile.run(scan.projections[group * scan.stretches + stretch], steps);
        transpose.toRows(tile.y, rows, STEPS, squares);
        for (int lane = 0; lane < count; lane++) {
          store(first + lane, lane, from, steps);
        }
      }
      finish(first, count);
    }

    private void start(int first, int count) {
      Call call = scan.call;
      Tensor a = call.in("a");
      tile.clear();
      for (int lane = 0; lane < count; lane++) {
        for (int n = 0; n < scan.states; n++) {
          long at = (long) (first + lane) * scan.states + n;
          tile.setState(lane, n, a.f32(at), call.has("h0") ? call.in("h0").f32(at) : 0);
        }
      }
    }

    private void finish(int first, int count) {
      Tensor last = scan.call.out("last_state");
      for (int lane = 0; lane < count; lane++) {
        for (int n = 0; n < scan.states; n++) {
          last.f32((long) (first + lane) * scan.states + n, tile.state(lane, n));
        }
      }
    }

    /** Brings u and the time steps of one channel into its rows. */
    private void load(int channel, int lane, int from, int steps) {
      Call call = scan.call;
      long at = (long) channel * scan.length + from;
      int row = lane * STEPS;
      copy(call.in("u"), at, input, row, steps);
      copy(call.in("delta"), at, rows, row, steps);
      if (call.has("delta_bias")) {
        add(rows, row, steps, call.in("delta_bias").f32(channel));
      }
      if (scan.softplus) {
        Activations.softplus(rows, row, steps);
      } else {
        dropSignOfZero(rows, row, steps);
      }
    }

    /** Adds the skip term, gates, and writes y of one channel. */
    private void store(int channel, int lane, int from, int steps) {
      Call call = scan.call;
      long at = (long) channel * scan.length + from;
      int row = lane * STEPS;
      if (call.has("d")) {
        addScaled(rows, input, row, steps, call.in("d").f32(channel));
      }
      if (call.has("z")) {
        copy(call.in("z"), at, input, row, steps);
        multiply(rows, input, row, steps);
        Activations.timesSigmoid(rows, input, row, steps);
      }
      MemorySegment.copy(rows, row, call.out("y").data(), F32, at * Float.BYTES, steps);
    }
  }

  private static void add(float[] values, int from, int count, float constant) {
    FloatVector addend = FloatVector.broadcast(SPECIES, constant);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector.fromArray(SPECIES, values, i).add(addend).intoArray(values, i);
    }
  }

  private static void dropSignOfZero(float[] values, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector.fromArray(SPECIES, values, i).abs().intoArray(values, i);
    }
  }

  private static void addScaled(float[] values, float[] others, int from, int count, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, values, i);
      FloatVector.fromArray(SPECIES, others, i).fma(factor, sum).intoArray(values, i);
    }
  }

  private static void multiply(float[] values, float[] others, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector product = FloatVector.fromArray(SPECIES, values, i);
      product.mul(FloatVector.fromArray(SPECIES, others, i)).intoArray(values, i);
    }
  }
}
