package dev.squall.kernels.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneTranspose;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
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
  private static final int LANES = ScanTile.LANES;
  private static final int STEPS = ScanTile.STEPS;

  /**
   * Stretches of a row that are read and written together: the further memory is read straight on,
   * the less it waits at the start of each row.
   */
  private static final int PIECE = 2;

  /** Floats between rows in the cache: a multiple of a page would put them all in one set. */
  private static final int PITCH = PIECE * STEPS + 16;

  /** Stretches of a span, whole pieces. */
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

    /** u of a piece, later z, [lane][step]. */
    private final float[] input = new float[LANES * PITCH];

    /** delta of a piece, later y, [lane][step]. */
    private final float[] rows = new float[LANES * PITCH];

    private Worker(SelectiveScanSimd scan) {
      this.scan = scan;
      this.tile = new ScanTile(scan.states);
    }

    private void scanTile(int group, int first, int count) {
      start(first, count);
      Arrays.fill(input, 0);
      Arrays.fill(rows, 0);
      int firstStretch = group * scan.count;
      for (int stretch = 0; stretch < scan.count; stretch += PIECE) {
        int from = (scan.first + stretch) * STEPS;
        int steps = Math.min(PIECE * STEPS, scan.length - from);
        load("u", input, first, count, from, steps);
        load("delta", rows, first, count, from, steps);
        for (int at = 0; at < steps; at += STEPS) {
          scanStretch(
              scan.projections[firstStretch + stretch + at / STEPS],
              at,
              Math.min(STEPS, steps - at));
        }
        if (scan.call.has("z")) {
          load("z", input, first, count, from, steps);
        }
        store(first, count, from, steps);
      }
      finish(first, count);
    }

    private void scanStretch(float[] projection, int at, int steps) {
      int squares = Math.ceilDiv(steps, LANES);
      transpose.toLanes(rows, at, PITCH, tile.dt, squares);
      transpose.toLanes(input, at, PITCH, tile.drive, squares);
      tile.prepare(scan.softplus, steps);
      tile.accumulate(projection, 0, steps);
      transpose.toRows(tile.y, rows, at, PITCH, squares);
    }

    private void start(int first, int count) {
      Call call = scan.call;
      Tensor a = call.in("a");
      boolean started = scan.first > 0 || call.has("h0");
      Tensor start = scan.first > 0 ? call.out("last_state") : call.inputs().get("h0");
      tile.clear();
      for (int lane = 0; lane < count; lane++) {
        int channel = first + lane;
        tile.setChannel(
            lane,
            call.has("delta_bias") ? call.in("delta_bias").f32(channel) : 0,
            call.has("d") ? call.in("d").f32(channel) : 0);
        for (int n = 0; n < scan.states; n++) {
          long at = (long) channel * scan.states + n;
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

    private void load(String port, float[] to, int first, int count, int from, int steps) {
      Tensor tensor = scan.call.in(port);
      for (int lane = 0; lane < count; lane++) {
        long at = (long) (first + lane) * scan.length + from;
        ScanRows.load(tensor, at, to, lane * PITCH, steps);
      }
    }

    /** Gates and writes y. */
    private void store(int first, int count, int from, int steps) {
      boolean gated = scan.call.has("z");
      Tensor y = scan.call.out("y");
      for (int lane = 0; lane < count; lane++) {
        if (gated) {
          Activations.timesSilu(rows, input, lane * PITCH, steps);
        }
        ScanRows.store(rows, lane * PITCH, y, (long) (first + lane) * scan.length + from, steps);
      }
    }
  }
}
