package dev.squall.kernels.seedlm;

import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * One thread's search for the best seeds of a few blocks.
 *
 * <p>The search is exact. What a seed's basis cannot represent at all, |w|² less the squares of w's
 * coordinates in an orthonormal basis, is a lower bound of its error with quantised coefficients.
 * Bounds of all seeds come from a matrix product in single precision; seeds are then tried in order
 * of their bound, in double precision, until the bound exceeds the best error found.
 */
final class BlockSearch {
  /** Blocks whose bounds are computed together. */
  static final int BATCH = 6;

  private static final int PANEL = SeedBases.PANEL;
  private static final int LANES = MatrixTile.SPECIES.length();

  /** Single precision moves a bound by less than this share of |w|². */
  private static final double SLACK = 1e-5;

  private final SeedBases bases;
  private final SeedShape shape;
  private final SeedCandidate candidate;
  private final float[] w;
  private final float[] coordinates;

  /** Squared length of each block's projection on each seed's basis, [block][seed]. */
  private final float[] projections;

  /** The longest in each lane of a panel, [block][panel][lane]. */
  private final float[] longest;

  private final int[] longestPanel = new int[LANES];
  private final long[] candidates;

  BlockSearch(SeedBases bases, SeedFit fit) {
    this.bases = bases;
    shape = bases.shape();
    candidate = new SeedCandidate(bases, fit);
    w = new float[BATCH * shape.weights()];
    coordinates = new float[shape.coefficients() * BATCH * PANEL];
    projections = new float[BATCH * bases.panels() * PANEL];
    longest = new float[BATCH * bases.panels() * LANES];
    candidates = new long[bases.panels() * PANEL];
  }

  /** A block of zeros. */
  private SeedBlock zeros() {
    return new SeedBlock(1, shape.minExponent(), new int[shape.coefficients()]);
  }

  /** Receives the result for a row of the batch. */
  @FunctionalInterface
  interface Found {
    void accept(int row, SeedBlock block, double squaredError);
  }

  /** The best block for each of the first {@code count} rows of {@code blocks}, at most a batch. */
  void best(double[][] blocks, int count, Found found) {
    project(blocks, count);
    for (int row = 0; row < count; row++) {
      double squares = 0;
      for (double value : blocks[row]) {
        squares += value * value;
      }
      if (squares == 0) {
        found.accept(row, zeros(), 0);
      } else {
        search(blocks[row], row, squares);
        found.accept(row, candidate.block(), candidate.error());
      }
    }
  }

  private void project(double[][] blocks, int rows) {
    int size = shape.weights();
    for (int i = 0; i < rows * size; i++) {
      w[i] = (float) blocks[i / size][i % size];
    }
    for (int panel = 0; panel < bases.panels(); panel++) {
      for (int p = 0; p < shape.coefficients(); p++) {
        MatrixTile.multiply(
            w,
            0,
            size,
            bases.orthonormal(),
            bases.orthonormalAt(panel, p),
            PANEL,
            coordinates,
            p * BATCH * PANEL,
            PANEL,
            rows,
            size,
            null,
            0);
      }
      for (int row = 0; row < rows; row++) {
        int at = row * bases.panels() + panel;
        squares(
            coordinates,
            row * PANEL,
            shape.coefficients(),
            projections,
            at * PANEL,
            longest,
            at * LANES);
      }
    }
  }

  private static void squares(
      float[] coordinates,
      int at,
      int count,
      float[] sums,
      int to,
      float[] longest,
      int longestAt) {
    FloatVector most = FloatVector.zero(MatrixTile.SPECIES);
    for (int i = 0; i < PANEL; i += LANES) {
      FloatVector sum = FloatVector.zero(MatrixTile.SPECIES);
      for (int p = 0; p < count; p++) {
        int from = at + p * BATCH * PANEL + i;
        FloatVector value = FloatVector.fromArray(MatrixTile.SPECIES, coordinates, from);
        sum = value.fma(value, sum);
      }
      sum.intoArray(sums, to + i);
      most = most.max(sum);
    }
    most.intoArray(longest, longestAt);
  }

  private void search(double[] block, int row, double squares) {
    candidate.start(block);
    findLongest(row);
    for (int lane = 0; lane < LANES; lane++) {
      considerLongest(row, longestPanel[lane], lane);
    }
    double slack = SLACK * squares;
    int count = collect(row, (float) (squares - slack - candidate.error()));
    // Longest projections first: their bits, as those of any floats above zero, sort like numbers.
    Arrays.sort(candidates, 0, count);
    for (int i = count - 1; i >= 0; i--) {
      double bound = squares - Float.intBitsToFloat((int) (candidates[i] >> 32)) - slack;
      if (bound > candidate.error()) {
        break;
      }
      candidate.consider((int) candidates[i] + 1);
    }
  }

  /** The panel with the longest projection in each lane. */
  private void findLongest(int row) {
    int first = row * bases.panels();
    FloatVector most = FloatVector.fromArray(MatrixTile.SPECIES, longest, first * LANES);
    Arrays.fill(longestPanel, 0);
    for (int panel = 1; panel < bases.panels(); panel++) {
      FloatVector next =
          FloatVector.fromArray(MatrixTile.SPECIES, longest, (first + panel) * LANES);
      VectorMask<Float> longer = next.compare(VectorOperators.GT, most);
      most = most.max(next);
      for (long hits = longer.toLong(); hits != 0; hits &= hits - 1) {
        longestPanel[Long.numberOfTrailingZeros(hits)] = panel;
      }
    }
  }

  private void considerLongest(int row, int panel, int lane) {
    int first = (row * bases.panels() + panel) * PANEL;
    int best = lane;
    for (int i = lane; i < PANEL; i += LANES) {
      if (projections[first + i] > projections[first + best]) {
        best = i;
      }
    }
    if (panel * PANEL + best < bases.seeds()) {
      candidate.consider(panel * PANEL + best + 1);
    }
  }

  /** Lists the seeds, less one, whose projection is at least {@code shortest}. */
  private int collect(int row, float shortest) {
    int count = 0;
    int first = row * bases.panels();
    for (int panel = 0; panel < bases.panels(); panel++) {
      boolean any =
          FloatVector.fromArray(MatrixTile.SPECIES, longest, (first + panel) * LANES)
              .compare(VectorOperators.GE, shortest)
              .anyTrue();
      if (any) {
        count = collect((first + panel) * PANEL, panel * PANEL, shortest, count);
      }
    }
    return count;
  }

  private int collect(int at, int firstSeed, float shortest, int before) {
    int count = before;
    int end = Math.min(PANEL, bases.seeds() - firstSeed);
    for (int i = 0; i < end; i++) {
      float length = projections[at + i];
      if (length >= shortest) {
        candidates[count++] = ((long) Float.floatToRawIntBits(length) << 32) | (firstSeed + i);
      }
    }
    return count;
  }
}
