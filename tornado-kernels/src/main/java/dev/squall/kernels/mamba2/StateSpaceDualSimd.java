package dev.squall.kernels.mamba2;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The dual form of {@link StateSpaceDual} on the host's vector units, all products by {@link
 * MatrixTile}. Chunks come one after another. In a chunk C·Bᵀ is computed once for each group,
 * below the diagonal; then every head makes its masked matrix M out of it and
 *
 * <pre>
 *   Y = diag(decay since the start) · C·Sᵀ + M·X
 *   Sᵀ = (decay of the chunk) · Sᵀ + Bᵀ · diag(dt · decay until the end) · X
 * </pre>
 */
final class StateSpaceDualSimd {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Rows of a product that are computed together, a multiple of the register tile's six. */
  private static final int ROWS = 48;

  private final Call call;
  private final int length;
  private final int heads;
  private final int width;
  private final int groups;
  private final int states;
  private final int chunk;

  /** Row lengths: steps and channels in whole panels. */
  private final int stepRow;

  private final int channelRow;

  /** C of the chunk, [step][state], by group. */
  private final float[][] c;

  /** Bᵀ of the chunk, [state][step], by group. */
  private final float[][] b;

  /** C·Bᵀ, [step][earlier step], by group. */
  private final float[][] products;

  /** Sᵀ, [state][channel], by head. */
  private final float[][] carried;

  private StateSpaceDualSimd(Call call) {
    Sizes sizes = call.sizes();
    this.call = call;
    length = sizes.extent("L");
    heads = sizes.extent("H");
    width = sizes.extent("P");
    groups = sizes.extent("G");
    states = sizes.extent("N");
    chunk = StateSpaceDual.chunk(sizes);
    stepRow = MatrixTile.padded(chunk);
    channelRow = MatrixTile.padded(width);
    c = new float[groups][chunk * states];
    b = new float[groups][states * stepRow];
    products = new float[groups][chunk * stepRow];
    carried = new float[heads][states * channelRow];
  }

  /** Bytes of what groups share, of the carried states, and of each thread's arrays. */
  static long workspaceBytes(Sizes sizes) {
    long chunk = StateSpaceDual.chunk(sizes);
    long stepRow = MatrixTile.padded((int) chunk);
    long channelRow = MatrixTile.padded(sizes.extent("P"));
    long states = sizes.dim("N");
    long shared = sizes.dim("G") * (chunk * states + states * stepRow + chunk * stepRow);
    long own = chunk * (stepRow + 2 * channelRow);
    return Float.BYTES
        * (shared + sizes.dim("H") * states * channelRow + HostThreads.all().count() * own);
  }

  static void run(Call call, HostThreads threads) {
    StateSpaceDualSimd dual = new StateSpaceDualSimd(call);
    threads.forEach(dual.heads, head -> dual.startState((int) head));
    for (int from = 0; from < dual.length; from += dual.chunk) {
      dual.chunk(from, Math.min(dual.chunk, dual.length - from), threads);
    }
    threads.forEach(dual.heads, head -> dual.lastState((int) head));
  }

  private void startState(int head) {
    if (!call.has("h0")) {
      return;
    }
    Tensor start = call.in("h0");
    for (int p = 0; p < width; p++) {
      for (int n = 0; n < states; n++) {
        carried[head][n * channelRow + p] = start.f32(((long) head * width + p) * states + n);
      }
    }
  }

  private void lastState(int head) {
    Tensor last = call.out("last_state");
    for (int p = 0; p < width; p++) {
      for (int n = 0; n < states; n++) {
        last.f32(((long) head * width + p) * states + n, carried[head][n * channelRow + p]);
      }
    }
  }

  private void chunk(int from, int steps, HostThreads threads) {
    threads.forEach(groups, group -> load((int) group, from, steps));
    int blocks = Math.ceilDiv(steps, ROWS);
    threads.forEach(
        (long) groups * blocks,
        index -> products((int) (index / blocks), (int) (index % blocks) * ROWS, steps));
    threads.forEach(
        heads, () -> new Worker(), (worker, head) -> worker.head((int) head, from, steps));
  }

  private void load(int group, int from, int steps) {
    float[] row = new float[states];
    for (int t = 0; t < steps; t++) {
      long at = ((long) (from + t) * groups + group) * states;
      copy(call.in("c"), at, c[group], t * states, states);
      copy(call.in("b"), at, row, 0, states);
      for (int n = 0; n < states; n++) {
        b[group][n * stepRow + t] = row[n];
      }
    }
  }

  /** Rows of C·Bᵀ up to the panel that the last of them needs. */
  private void products(int group, int row, int steps) {
    int rows = Math.min(ROWS, steps - row);
    for (int panel = 0; panel < row + rows; panel += COLUMNS) {
      MatrixTile.multiply(
          c[group],
          row * states,
          states,
          b[group],
          panel,
          stepRow,
          products[group],
          row * stepRow + panel,
          stepRow,
          rows,
          states,
          null,
          0);
    }
  }

  private static void copy(Tensor from, long at, float[] to, int offset, int count) {
    MemorySegment.copy(from.data(), F32, at * Float.BYTES, to, offset, count);
  }

  /** One thread's arrays. */
  private final class Worker {
    private final DecayedRows decays = new DecayedRows(stepRow);

    /** dt, and the decay since the start, by step. */
    private final float[] dt = new float[stepRow];

    private final float[] since = new float[chunk];
    private final float[] chunkDecay = new float[states];

    /** X, and Y, [step][channel]. */
    private final float[] x = new float[chunk * channelRow];

    private final float[] y = new float[chunk * channelRow];

    /** Some rows of the masked matrix. */
    private final float[] masked = new float[ROWS * stepRow];

    private void head(int head, int from, int steps) {
      int group = head / (heads / groups);
      for (int t = 0; t < steps; t++) {
        dt[t] = call.in("dt").f32((long) (from + t) * heads + head);
        copy(call.in("x"), ((long) (from + t) * heads + head) * width, x, t * channelRow, width);
      }
      decays.start(dt, steps, call.in("a").f32(head));
      for (int t = 0; t < steps; t++) {
        since[t] = decays.since(t);
      }
      for (int row = 0; row < steps; row += ROWS) {
        outputs(head, group, row, Math.min(ROWS, steps - row));
      }
      store(head, from, steps);
      carry(head, group, steps);
    }

    private void outputs(int head, int group, int row, int rows) {
      int depth = row + rows;
      for (int i = 0; i < rows; i++) {
        decays.row(products[group], (row + i) * stepRow, dt, row + i, masked, i * stepRow, depth);
      }
      for (int panel = 0; panel < width; panel += COLUMNS) {
        int at = row * channelRow + panel;
        MatrixTile.multiply(
            c[group],
            row * states,
            states,
            carried[head],
            panel,
            channelRow,
            y,
            at,
            channelRow,
            rows,
            states,
            null,
            0);
        MatrixTile.multiply(
            masked, 0, stepRow, x, panel, channelRow, y, at, channelRow, rows, depth, since, row);
      }
    }

    private void store(int head, int from, int steps) {
      float skip = call.has("d") ? call.in("d").f32(head) : 0;
      for (int t = 0; t < steps; t++) {
        int at = t * channelRow;
        if (call.has("d")) {
          for (int p = 0; p < width; p++) {
            y[at + p] += skip * x[at + p];
          }
        }
        MemorySegment.copy(
            y,
            at,
            call.out("y").data(),
            F32,
            ((long) (from + t) * heads + head) * width * Float.BYTES,
            width);
      }
    }

    private void carry(int head, int group, int steps) {
      for (int t = 0; t < steps; t++) {
        float weight = dt[t] * decays.between(t, steps - 1);
        int at = t * channelRow;
        for (int p = 0; p < width; p++) {
          x[at + p] *= weight;
        }
      }
      Arrays.fill(chunkDecay, since[steps - 1]);
      for (int panel = 0; panel < width; panel += COLUMNS) {
        MatrixTile.multiply(
            b[group],
            0,
            stepRow,
            x,
            panel,
            channelRow,
            carried[head],
            panel,
            channelRow,
            states,
            steps,
            chunkDecay,
            0);
      }
    }
  }
}
