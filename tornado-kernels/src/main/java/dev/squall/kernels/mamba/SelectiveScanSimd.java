package dev.squall.kernels.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneTranspose;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The selective scan on the host's vector unit: tiles of as many channels as a vector has lanes,
 * each walked through time in stretches that stay in the cache. Rows of u and delta are turned so
 * that channels lie across the lanes, {@link ScanTile} runs the recurrence, and y is turned back.
 *
 * <p>Time is cut into spans of some stretches. All tiles finish a span before the next begins, with
 * their states in {@code last_state}, so that b and c are packed for one span at a time and the
 * workspace does not grow with the sequence.
 */
final class SelectiveScanSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int LANES = ScanTile.LANES;
  private static final int STEPS = ScanTile.STEPS;

  /** Stretches of a span. */
  static final int SPAN = 64;

  private final Call call;
  private final int channels;
  private final int groupChannels;
  private final int length;
  private final int states;
  private final boolean softplus;

  /** B and C of the stretches of a span, [group][stretch]. */
  private final float[][] projections;

  /** The first stretch of the span and how many it has. */
  private int first;

  private int count;

  private SelectiveScanSimd(Call call) {
    Sizes sizes = call.sizes();
    this.call = call;
    channels = sizes.extent("C");
    groupChannels = channels / sizes.extent("G");
    length = sizes.extent("L");
    states = sizes.extent("N");
    softplus = sizes.flag("softplus");
    projections = new float[sizes.extent("G") * Math.min(SPAN, stretches())][];
  }

  private int stretches() {
    return Math.ceilDiv(length, STEPS);
  }

  static void scan(Call call, HostThreads threads) {
    SelectiveScanSimd scan = new SelectiveScanSimd(call);
    for (int first = 0; first < scan.stretches(); first += SPAN) {
      scan.first = first;
      scan.count = Math.min(SPAN, scan.stretches() - first);
      scan.span(threads);
    }
    FiniteStates.require(call);
  }

  private void span(HostThreads threads) {
    int groups = channels / groupChannels;
    threads.forEach((long) groups * count, this::pack);
    int tilesOfGroup = Math.ceilDiv(groupChannels, LANES);
    threads.forEach(
        (long) groups * tilesOfGroup,
        () -> new Worker(this),
        (worker, index) -> {
          int group = (int) (index / tilesOfGroup);
          int channel = (int) (index % tilesOfGroup) * LANES;
          int held = Math.min(LANES, groupChannels - channel);
          worker.scanTile(group, group * groupChannels + channel, held);
        });
  }

  /** Bytes of the packed projections. */
  static long workspaceBytes(Sizes sizes) {
    long steps = Math.min(SPAN, Math.ceilDiv(sizes.dim("L"), (long) STEPS)) * STEPS;
    return 2 * sizes.dim("G") * sizes.dim("N") * steps * Float.BYTES;
  }

  /** Lays B and C of one stretch side by side: rows a stretch long do not alias in the cache. */
  private void pack(long index) {
    int group = (int) (index / count);
    int from = (first + (int) (index % count)) * STEPS;
    int steps = Math.min(STEPS, length - from);
    float[] packed = new float[2 * states * STEPS];
    for (int n = 0; n < states; n++) {
      long row = ((long) group * states + n) * length + from;
      ScanRows.load(call.in("b"), row, packed, n * STEPS, steps);
      ScanRows.load(call.in("c"), row, packed, (states + n) * STEPS, steps);
    }
    projections[(int) index] = packed;
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
      for (int stretch = 0; stretch < scan.count; stretch++) {
        int from = (scan.first + stretch) * STEPS;
        int steps = Math.min(STEPS, scan.length - from);
        int squares = Math.ceilDiv(steps, LANES);
        for (int lane = 0; lane < count; lane++) {
          load(first + lane, lane, from, steps);
        }
        transpose.toLanes(rows, STEPS, tile.dt, squares);
        ScanRows.multiply(rows, input, 0, LANES * STEPS);
        transpose.toLanes(rows, STEPS, tile.drive, squares);
        tile.run(scan.projections[group * scan.count + stretch], 0, steps);
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
      boolean started = scan.first > 0 || call.has("h0");
      Tensor start = scan.first > 0 ? call.out("last_state") : call.inputs().get("h0");
      tile.clear();
      for (int lane = 0; lane < count; lane++) {
        for (int n = 0; n < scan.states; n++) {
          long at = (long) (first + lane) * scan.states + n;
          tile.setState(lane, n, a.f32(at), started ? start.f32(at) : 0);
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
      ScanRows.load(call.in("u"), at, input, row, steps);
      ScanRows.load(call.in("delta"), at, rows, row, steps);
      if (call.has("delta_bias")) {
        ScanRows.add(rows, row, steps, call.in("delta_bias").f32(channel));
      }
      if (scan.softplus) {
        Activations.softplus(rows, row, steps);
      } else {
        ScanRows.dropSignOfZero(rows, row, steps);
      }
    }

    /** Adds the skip term, gates, and writes y of one channel. */
    private void store(int channel, int lane, int from, int steps) {
      Call call = scan.call;
      long at = (long) channel * scan.length + from;
      int row = lane * STEPS;
      if (call.has("d")) {
        ScanRows.addScaled(rows, input, row, steps, call.in("d").f32(channel));
      }
      if (call.has("z")) {
        ScanRows.load(call.in("z"), at, input, row, steps);
        ScanRows.multiply(rows, input, row, steps);
        Activations.timesSigmoid(rows, input, row, steps);
      }
      MemorySegment.copy(rows, row, call.out("y").data(), F32, at * Float.BYTES, steps);
    }
  }
}
