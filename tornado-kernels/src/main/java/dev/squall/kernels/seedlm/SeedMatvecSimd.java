package dev.squall.kernels.seedlm;

import static dev.squall.kernels.seedlm.SeedPiece.LANES;

import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Sizes;
import dev.squall.kernels.tensor.Tensor;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link SeedMatvec} on the host's vector units.
 *
 * <p>Where rows consist of whole vectors of blocks, x is brought into the order of the planes once
 * and weights are multiplied where they are made; else a piece of weights is decoded into the
 * first-level cache in the order of memory and multiplied from there.
 */
final class SeedMatvecSimd {
  /** Weights of the rows that a thread takes at a time. */
  private static final int SHARE = 1 << 17;

  private SeedMatvecSimd() {}

  static long workspaceBytes(Sizes sizes) {
    return (long) Float.BYTES * sizes.dim(SeedMatrix.COLUMNS);
  }

  static void run(Call call, HostThreads threads) {
    SeedMatrix matrix = SeedMatrix.of(call.sizes());
    float[] x = call.in("x").toFloatArray();
    boolean planes = matrix.rowsAreWholeGroups();
    float[] ordered = planes ? planes(matrix.format(), x) : x;
    int rows = Math.max(1, SHARE / matrix.columns());
    threads.forEach(
        Math.ceilDiv(matrix.rows(), rows),
        () -> new SeedPiece(matrix.format()),
        (piece, index) -> {
          long first = index * rows;
          long end = Math.min(matrix.rows(), first + rows);
          if (planes) {
            wholeGroups(matrix, call, piece, ordered, first, end);
          } else {
            anyRows(matrix, call, piece, ordered, first, end);
          }
        });
  }

  /** [group][position in the block][block of the group] from [block][position]. */
  private static float[] planes(SeedFormat format, float[] x) {
    int weights = format.weights();
    float[] planes = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      int block = i / weights;
      int group = block / LANES * weights * LANES;
      planes[group + i % weights * LANES + block % LANES] = x[i];
    }
    return planes;
  }

  private static void wholeGroups(
      SeedMatrix matrix, Call call, SeedPiece piece, float[] planes, long firstRow, long endRow) {
    Tensor words = call.in("words");
    Tensor y = call.out("y");
    int weights = matrix.format().weights();
    int blocks = matrix.columns() / weights;
    piece.planesOfX = planes;
    for (long row = firstRow; row < endRow; row++) {
      Arrays.fill(piece.sums, 0);
      for (int first = 0; first < blocks; first += SeedPiece.BLOCKS) {
        int count = Math.min(SeedPiece.BLOCKS, blocks - first);
        SeedDecoder.dot(piece, words, row * blocks + first, count, first * weights);
      }
      y.f32(row, sum(piece.sums));
    }
  }

  private static float sum(float[] sums) {
    float total = 0;
    for (float value : sums) {
      total += value;
    }
    return total;
  }

  private static void anyRows(
      SeedMatrix matrix, Call call, SeedPiece piece, float[] x, long firstRow, long endRow) {
    Tensor y = call.out("y");
    SeedWeights weights = new SeedWeights(matrix.format(), call.in("words"), piece);
    for (long row = firstRow; row < endRow; row++) {
      float total = 0;
      for (int k = 0; k < x.length; ) {
        int at = weights.seek(row * x.length + k);
        int count = Math.min(x.length - k, weights.end() - at);
        total += dot(piece.ordered, at, x, k, count, piece.sums);
        k += count;
      }
      y.f32(row, total);
    }
  }

  /** Lanes are added one after another: a reduction may take any order from run to run. */
  private static float dot(float[] a, int aAt, float[] b, int bAt, int count, float[] lanes) {
    FloatVector sums = FloatVector.zero(SeedPlanes.FLOATS);
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      FloatVector left = FloatVector.fromArray(SeedPlanes.FLOATS, a, aAt + i);
      sums = left.fma(FloatVector.fromArray(SeedPlanes.FLOATS, b, bAt + i), sums);
    }
    sums.intoArray(lanes, 0);
    float total = sum(lanes);
    for (; i < count; i++) {
      total += a[aAt + i] * b[bAt + i];
    }
    return total;
  }
}
