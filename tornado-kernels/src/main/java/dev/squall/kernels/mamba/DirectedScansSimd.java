package dev.squall.kernels.mamba;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.LaneTranspose;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link DirectedScans} on the host's vector unit. A tile of channels is turned so that channels
 * lie across the lanes, position by position as memory has them; a path then picks whole vectors in
 * its order, {@link ScanTile} runs the recurrence, and the results are added to the positions they
 * belong to.
 *
 * <p>Directions run one after another, each in spans of stretches: b and c of a span are packed in
 * the order of its steps and shared by all tiles, states are carried from span to span. So the
 * workspace does not grow with the number of positions.
 */
public final class DirectedScansSimd {
  private static final int LANES = ScanTile.LANES;
  private static final int STEPS = ScanTile.STEPS;

  /** About as many steps share one packing of b and c. */
  private static final int SPAN = 1 << 14;

  private final Call call;
  private final DirectedScans scans;
  private final boolean gated;

  /** States between spans, [channel][state]. */
  private final float[] carried;

  private DirectedScansSimd(Call call, DirectedScans scans) {
    this.call = call;
    this.scans = scans;
    gated = call.has("z");
    carried = new float[scans.channels() * scans.states()];
  }

  public static void run(Call call, DirectedScans scans, HostThreads threads) {
    DirectedScansSimd simd = new DirectedScansSimd(call, scans);
    for (int k = 0; k < scans.paths().size(); k++) {
      simd.direction(k, threads);
    }
  }

  /** Bytes of the packed projections of a span, the carried states and a thread's arrays. */
  public static long workspaceBytes(DirectedScans scans) {
    long span = Math.min((long) scans.length() + STEPS, SPAN + 4096L);
    long packed = 2 * span * scans.groups() * scans.states();
    long own =
        HostThreads.all().count()
            * scans.paths().stream().mapToLong(path -> 5L * path.room() * LANES).max().orElse(0);
    return Float.BYTES * (packed + own + (long) scans.channels() * scans.states());
  }

  private void direction(int k, HostThreads threads) {
    Arrays.fill(carried, 0);
    ScanPath path = scans.paths().get(k);
    int stretches = path.stretches();
    int spanStretches = Math.max(1, SPAN / path.stretch(0).steps());
    for (int first = 0; first < stretches; first += spanStretches) {
      Span span = new Span(k, path, first, Math.min(spanStretches, stretches - first));
      span.run(threads);
    }
  }

  /** Some stretches of one direction. */
  private final class Span {
    private final int k;
    private final ScanPath path;
    private final int first;
    private final int count;

    /** B then C in the order of steps, STEPS at a time: [group][stretch] → [part][2N][STEPS]. */
    private final float[][] packed;

    private Span(int k, ScanPath path, int first, int count) {
      this.k = k;
      this.path = path;
      this.first = first;
      this.count = count;
      packed = new float[scans.groups() * count][];
    }

    private void run(HostThreads threads) {
      threads.forEach(
          packed.length, () -> new int[path.room()], (order, index) -> pack(order, (int) index));
      int groupChannels = scans.groupChannels();
      int tilesOfGroup = Math.ceilDiv(groupChannels, LANES);
      threads.forEach(
          (long) scans.groups() * tilesOfGroup,
          () -> new Worker(this),
          (worker, index) -> {
            int group = (int) (index / tilesOfGroup);
            int offset = (int) (index % tilesOfGroup) * LANES;
            worker.tile(
                group, group * groupChannels + offset, Math.min(LANES, groupChannels - offset));
          });
    }

    private void pack(int[] order, int index) {
      int group = index / count;
      ScanPath.Stretch stretch = path.stretch(first + index % count);
      stretch.order(order);
      int states = scans.states();
      int steps = stretch.steps();
      float[] row = new float[path.room()];
      float[] into = new float[Math.ceilDiv(steps, STEPS) * 2 * states * STEPS];
      long plane = ((long) scans.set(k) * scans.groups() + group) * states * scans.length();
      for (int n = 0; n < 2 * states; n++) {
        Tensor from = call.in(n < states ? "b" : "c");
        long line = plane + (long) (n % states) * scans.length();
        loadPieces(from, line, stretch, row, 0);
        for (int step = 0; step < steps; step++) {
          int part = step / STEPS;
          into[(part * 2 * states + n) * STEPS + step - part * STEPS] = row[order[step]];
        }
      }
      packed[index] = into;
    }
  }

  private static void loadPieces(
      Tensor from, long line, ScanPath.Stretch stretch, float[] to, int offset) {
    for (int piece = 0; piece < stretch.pieces(); piece++) {
      ScanRows.load(
          from, line + stretch.piece(piece), to, offset + piece * stretch.pitch(), stretch.width());
    }
  }

  private static void storePieces(
      float[] from, int offset, ScanPath.Stretch stretch, Tensor to, long line) {
    for (int piece = 0; piece < stretch.pieces(); piece++) {
      ScanRows.store(
          from, offset + piece * stretch.pitch(), to, line + stretch.piece(piece), stretch.width());
    }
  }

  /** One thread's arrays. */
  private final class Worker {
    private final Span span;
    private final ScanTile tile;
    private final LaneTranspose transpose = new LaneTranspose();
    private final int room;
    private final int[] order;

    /** u, [lane][position]. */
    private final float[] input;

    /** Time steps, later dt · u, later y, [lane][position]. */
    private final float[] rows;

    /** The same by [position][lane]. */
    private final float[] steps;

    private final float[] drives;
    private final float[] sums;

    private Worker(Span span) {
      this.span = span;
      tile = new ScanTile(scans.states());
      room = span.path.room();
      order = new int[room];
      input = new float[LANES * room];
      rows = new float[LANES * room];
      steps = new float[LANES * room];
      drives = new float[LANES * room];
      sums = new float[LANES * room];
    }

    private void tile(int group, int firstChannel, int count) {
      int states = scans.states();
      long row = (long) scans.set(span.k) * scans.channels() + firstChannel;
      Tensor a = call.in("a");
      tile.clear();
      Arrays.fill(input, 0);
      Arrays.fill(rows, 0);
      for (int lane = 0; lane < count; lane++) {
        for (int n = 0; n < states; n++) {
          float start = carried[(firstChannel + lane) * states + n];
          tile.setState(lane, n, a.f32((row + lane) * states + n), start);
        }
      }
      for (int s = 0; s < span.count; s++) {
        stretch(
            span.path.stretch(span.first + s),
            span.packed[group * span.count + s],
            firstChannel,
            count);
      }
      for (int lane = 0; lane < count; lane++) {
        for (int n = 0; n < states; n++) {
          carried[(firstChannel + lane) * states + n] = tile.state(lane, n);
        }
      }
    }

    private void stretch(ScanPath.Stretch stretch, float[] bc, int firstChannel, int count) {
      int filled = stretch.pieces() * stretch.pitch();
      int squares = filled / LANES;
      stretch.order(order);
      for (int lane = 0; lane < count; lane++) {
        load(stretch, firstChannel + lane, lane * room, filled);
      }
      transpose.toLanes(rows, 0, room, steps, squares);
      for (int lane = 0; lane < count; lane++) {
        ScanRows.multiply(rows, input, lane * room, filled);
      }
      transpose.toLanes(rows, 0, room, drives, squares);
      int partLength = 2 * scans.states() * STEPS;
      for (int from = 0; from < stretch.steps(); from += STEPS) {
        int part = Math.min(STEPS, stretch.steps() - from);
        pick(steps, order, from, part, tile.dt);
        pick(drives, order, from, part, tile.drive);
        tile.run(bc, from / STEPS * partLength, part);
        put(tile.y, order, from, part, sums);
      }
      transpose.toRows(sums, rows, 0, room, squares);
      for (int lane = 0; lane < count; lane++) {
        store(stretch, firstChannel + lane, lane * room, filled);
      }
    }

    private void load(ScanPath.Stretch stretch, int channel, int at, int filled) {
      long row = (long) scans.set(span.k) * scans.channels() + channel;
      long line = scans.input(span.k) + (long) channel * scans.length();
      loadPieces(call.in("u"), line, stretch, input, at);
      loadPieces(call.in("delta"), row * scans.length(), stretch, rows, at);
      if (call.has("delta_bias")) {
        ScanRows.add(rows, at, filled, call.in("delta_bias").f32(row));
      }
      if (scans.softplus()) {
        Activations.softplus(rows, at, filled);
      } else {
        ScanRows.dropSignOfZero(rows, at, filled);
      }
    }

    /** Adds the skip term and what earlier directions gave; the last direction gates. */
    private void store(ScanPath.Stretch stretch, int channel, int at, int filled) {
      long line = (long) channel * scans.length();
      long row = (long) scans.set(span.k) * scans.channels() + channel;
      if (call.has("d")) {
        ScanRows.addScaled(rows, input, at, filled, call.in("d").f32(row));
      }
      if (span.k > 0) {
        loadPieces(call.out("y"), line, stretch, input, at);
        ScanRows.addRow(rows, input, at, filled);
      }
      if (gated && span.k == scans.paths().size() - 1) {
        loadPieces(call.in("z"), line, stretch, input, at);
        Activations.timesSilu(rows, input, at, filled);
      }
      storePieces(rows, at, stretch, call.out("y"), line);
    }
  }

  /** Vectors of the positions that steps visit. */
  private static void pick(float[] from, int[] order, int first, int count, float[] to) {
    for (int step = 0; step < count; step++) {
      FloatVector.fromArray(Activations.SPECIES, from, order[first + step] * LANES)
          .intoArray(to, step * LANES);
    }
  }

  private static void put(float[] from, int[] order, int first, int count, float[] to) {
    for (int step = 0; step < count; step++) {
      FloatVector.fromArray(Activations.SPECIES, from, step * LANES)
          .intoArray(to, order[first + step] * LANES);
    }
  }
}
