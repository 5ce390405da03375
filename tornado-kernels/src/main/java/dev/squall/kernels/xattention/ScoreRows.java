package dev.squall.kernels.xattention;

import dev.squall.kernels.host.LaneSum;
import dev.squall.kernels.host.MatrixTile;
import dev.squall.kernels.host.ScaledCopy;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * One thread's rows of scores: some consecutive query groups of a head against all key groups that
 * they may see. Register tiles of {@link #TILE_ROWS} query groups by one panel of key groups are
 * matrix products; log-mean-exp takes one product a phase and folds the phases, a few at a time
 * while they are in the first-level cache. Short groups and, in a causal call, the diagonal sample
 * fewer pairs: these cells are computed one by one afterwards.
 */
final class ScoreRows {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int COLUMNS = MatrixTile.COLUMNS;

  /** Query groups of a register tile; {@link MatrixTile} is fastest on multiples of six. */
  private static final int TILE_ROWS = 6;

  private static final double LN2 = Math.log(2);

  private final Groups groups;
  private final KeyPanels keys;

  /**
   * Query rows, in the order of the phases, scaled: [row][stride · depth], padded against aliasing.
   */
  private final float[] queries;

  private final int queryStride;
  private final float[] values;
  private final int valueStride;

  /** The same from the first half of the phases alone; none unless asked for. */
  private final float[] halfValues;

  /** Phases of the first half; 0 where nobody asks. */
  private final int half;

  private final float[] lanes = LaneSum.room();
  private final LogMeanExp fold = new LogMeanExp(TILE_ROWS);

  /**
   * @param rows the most query groups of a {@link #compute}
   */
  ScoreRows(Groups groups, KeyPanels keys, int rows) {
    this(groups, keys, rows, false);
  }

  /**
   * @param halves whether the scores from the first half of the phases are wanted besides, which
   *     log-mean-exp has on the way
   */
  ScoreRows(Groups groups, KeyPanels keys, int rows, boolean halves) {
    this.groups = groups;
    this.keys = keys;
    int paddedRows = Math.ceilDiv(rows, TILE_ROWS) * TILE_ROWS;
    this.queryStride = groups.stride() * groups.shape().headSize() + LANES;
    this.queries = new float[paddedRows * queryStride];
    this.valueStride = keys.panels() * COLUMNS + LANES;
    this.values = new float[paddedRows * valueStride];
    this.half = halves ? groups.stride() / 2 : 0;
    this.halfValues = new float[halves ? values.length : 0];
  }

  /** Bytes of one thread's buffers. */
  static long bytes(Groups groups, int rows, boolean halves) {
    long paddedRows = Math.ceilDiv(rows, TILE_ROWS) * TILE_ROWS;
    return 4
        * paddedRows
        * ((long) groups.stride() * groups.shape().headSize()
            + (halves ? 2 : 1) * MatrixTile.padded(groups.count()));
  }

  /** The scores: row r of the last {@link #compute} starts at {@code r * valueStride()}. */
  float[] values() {
    return values;
  }

  /**
   * As {@link #values} from the first half of each tile's sample; a tile that samples fewer pairs
   * than a full one has its whole score.
   */
  float[] halfValues() {
    return halfValues;
  }

  int valueStride() {
    return valueStride;
  }

  /**
   * Scores of query groups {@code first … first + count − 1} of {@code head}. Cells that are not
   * allowed hold arbitrary numbers.
   */
  void compute(Tensor q, Tensor k, int head, int first, int count) {
    loadQueries(q.data(), head, first, count);
    int keyHead = groups.shape().keyHead(head);
    for (int panel = 0; panel < keys.panels(); panel++) {
      float[] columns = keys.panel(keyHead, panel);
      for (int row = 0; row < count; row += TILE_ROWS) {
        int lastGroup = first + Math.min(count, row + TILE_ROWS) - 1;
        if (groups.allowed(lastGroup, panel * COLUMNS)) {
          int target = row * valueStride + panel * COLUMNS;
          // At the causal edge the panel's last columns are of no use to any of these rows.
          int width =
              groups.shape().causal()
                  ? Math.min(COLUMNS, lastGroup + 1 - panel * COLUMNS)
                  : COLUMNS;
          switch (groups.estimate()) {
            case MEAN -> mean(columns, row, target, width);
            case LOG_MEAN_EXP -> logMeanExp(columns, row, target, width);
          }
        }
      }
    }
    if (groups.estimate() == Estimate.LOG_MEAN_EXP) {
      correctCells(k.data(), head, first, count);
    }
  }

  private void loadQueries(MemorySegment q, int head, int first, int count) {
    int stride = groups.stride();
    int depth = groups.shape().headSize();
    int[] phases = groups.phases().queries(stride);
    // Exponents are taken to base two; a mean logit stays as it is.
    float factor =
        (float)
            (groups.estimate() == Estimate.MEAN
                ? groups.shape().scale() / stride
                : groups.shape().scale() / LN2);
    for (int row = 0; row < count; row++) {
      for (int s = 0; s < stride; s++) {
        int target = row * queryStride + s * depth;
        long token = (long) (first + row) * stride + phases[s];
        long query = token - groups.shape().offset();
        if (query >= 0 && token < groups.shape().tokens()) {
          long source = ((long) head * groups.shape().queries() + query) * depth;
          ScaledCopy.toArray(q, source, depth, factor, queries, target);
        } else {
          Arrays.fill(queries, target, target + depth, 0f);
        }
      }
    }
  }

  private void mean(float[] columns, int row, int target, int width) {
    MatrixTile.multiply(
        queries,
        row * queryStride,
        queryStride,
        columns,
        0,
        COLUMNS,
        values,
        target,
        valueStride,
        TILE_ROWS,
        width,
        groups.stride() * groups.shape().headSize());
  }

  private void logMeanExp(float[] columns, int row, int target, int width) {
    int stride = groups.stride();
    int depth = groups.shape().headSize();
    fold.clear();
    for (int from = 0, phases; from < stride; from += phases) {
      phases = Math.min(LogMeanExp.PHASES, (from < half ? half : stride) - from);
      for (int p = 0; p < phases; p++) {
        MatrixTile.multiply(
            queries,
            row * queryStride + (from + p) * depth,
            queryStride,
            columns,
            (from + p) * depth * COLUMNS,
            COLUMNS,
            fold.slots(),
            fold.slot(p),
            COLUMNS,
            TILE_ROWS,
            width,
            depth);
      }
      fold.fold(phases, width);
      if (from + phases == half) {
        store(half, halfValues, target, width);
      }
    }
    store(stride, values, target, width);
  }

  private void store(int phases, float[] to, int target, int width) {
    for (int r = 0; r < TILE_ROWS; r++) {
      fold.store(r, phases, to, target + r * valueStride, width);
    }
  }

  /** Recomputes the cells whose tile samples fewer pairs than a full one. */
  private void correctCells(MemorySegment k, int head, int first, int count) {
    int last = groups.count() - 1;
    boolean shortLast = groups.size(last) < groups.stride();
    for (int row = 0; row < count; row++) {
      int i = first + row;
      boolean shortGroup = (shortLast && i == last) || groups.missing(i) > 0;
      if (shortGroup) {
        int end = groups.shape().causal() ? i : last;
        for (int j = 0; groups.missing(i) < groups.size(i) && j <= end; j++) {
          correct(k, head, row, i, j);
        }
      } else {
        if (groups.shape().causal()) {
          correct(k, head, row, i, i);
        }
        if (shortLast && groups.allowed(i, last)) {
          correct(k, head, row, i, last);
        }
      }
    }
  }

  private void correct(MemorySegment k, int head, int row, int i, int j) {
    float score = cell(k, head, row, i, j);
    values[row * valueStride + j] = score;
    if (half > 0) {
      halfValues[row * valueStride + j] = score;
    }
  }

  private float cell(MemorySegment k, int head, int row, int i, int j) {
    int stride = groups.stride();
    int depth = groups.shape().headSize();
    Groups.Antidiagonal antidiagonal = groups.antidiagonal(i, j);
    long keyStart =
        (long) groups.shape().keyHead(head) * groups.shape().tokens() + (long) j * stride;
    // A query at offset t of its group lies in phase stride − 1 − t of the loaded rows.
    int queryStart = row * queryStride + (stride - 1 - antidiagonal.top()) * depth;
    float most = Float.NEGATIVE_INFINITY;
    double sum = 0;
    for (int s = antidiagonal.first(); s <= antidiagonal.last(); s++) {
      float logit = dot(queries, queryStart + s * depth, k, (keyStart + s) * depth, depth, lanes);
      if (logit > most) {
        sum = sum * Math.exp(LN2 * (most - logit)) + 1;
        most = logit;
      } else {
        sum += Math.exp(LN2 * (logit - most));
      }
    }
    double share = antidiagonal.cells() / ((double) stride * stride * antidiagonal.pairs());
    return (float) (LN2 * most + Math.log(sum * share));
  }

  private static float dot(
      float[] a, int offset, MemorySegment b, long start, int depth, float[] lanes) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int d = 0;
    for (; d <= depth - LANES; d += LANES) {
      FloatVector left = FloatVector.fromArray(SPECIES, a, offset + d);
      FloatVector right =
          FloatVector.fromMemorySegment(
              SPECIES, b, (start + d) * Float.BYTES, ByteOrder.LITTLE_ENDIAN);
      sum = left.fma(right, sum);
    }
    if (d < depth) {
      VectorMask<Float> rest = SPECIES.indexInRange(d, depth);
      FloatVector left = FloatVector.fromArray(SPECIES, a, offset + d, rest);
      FloatVector right =
          FloatVector.fromMemorySegment(
              SPECIES, b, (start + d) * Float.BYTES, ByteOrder.LITTLE_ENDIAN, rest);
      sum = left.fma(right, sum);
    }
    sum.intoArray(lanes, 0);
    return LaneSum.of(lanes);
  }
}
