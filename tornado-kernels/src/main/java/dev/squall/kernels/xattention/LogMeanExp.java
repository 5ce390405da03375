package dev.squall.kernels.xattention;

import dev.squall.kernels.host.MatrixTile;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The logarithm of the mean exponential of logits to base two, for each cell of a register tile.
 * The logits of a few phases at a time are written to {@link #slots} and folded into a running
 * maximum and a sum of {@code 2^(logit − maximum)}.
 */
final class LogMeanExp {
  /** Phases of a {@link #fold}: their slots take 12 KB on the widest species. */
  static final int PHASES = 8;

  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final float LN2 = (float) Math.log(2);

  private static final int MANTISSA = (1 << Exp2.MANTISSA_BITS) - 1;
  private static final int ONE = 127 << Exp2.MANTISSA_BITS;
  private static final float SQRT_2 = (float) Math.sqrt(2);

  private final int cells;

  /** Slot 0 is the running maximum, which makes it one more logit of the next fold. */
  private final float[] slots;

  private final float[] sums;

  LogMeanExp(int rows) {
    cells = rows * MatrixTile.COLUMNS;
    slots = new float[(1 + PHASES) * cells];
    sums = new float[cells];
  }

  /** Where logits are written: phase p of a fold, [row][column], from {@link #slot}. */
  float[] slots() {
    return slots;
  }

  int slot(int phase) {
    return (1 + phase) * cells;
  }

  /** Forgets all logits. */
  void clear() {
    Arrays.fill(slots, 0, cells, Float.NEGATIVE_INFINITY);
    Arrays.fill(sums, 0f);
  }

  /** Takes in the logits of the first {@code phases} slots, of whole vectors of columns. */
  void fold(int phases, int columns) {
    for (int row = 0; row < cells; row += MatrixTile.COLUMNS) {
      for (int column = 0; column < columns; column += LANES) {
        fold(slots, row + column, slot(phases), cells, sums);
      }
    }
  }

  private static void fold(float[] slots, int cell, int end, int step, float[] sums) {
    FloatVector most = FloatVector.fromArray(SPECIES, slots, cell);
    for (int at = cell + step; at < end; at += step) {
      FloatVector logit = FloatVector.fromArray(SPECIES, slots, at);
      most = most.blend(logit, logit.compare(VectorOperators.GT, most));
    }
    FloatVector rounder = FloatVector.broadcast(SPECIES, Exp2.ROUNDER);
    FloatVector lowest = FloatVector.broadcast(SPECIES, Exp2.LOWEST);
    FloatVector c5 = FloatVector.broadcast(SPECIES, Exp2.C5);
    FloatVector c4 = FloatVector.broadcast(SPECIES, Exp2.C4);
    FloatVector c3 = FloatVector.broadcast(SPECIES, Exp2.C3);
    FloatVector c2 = FloatVector.broadcast(SPECIES, Exp2.C2);
    FloatVector c1 = FloatVector.broadcast(SPECIES, Exp2.C1);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector sum = FloatVector.zero(SPECIES);
    FloatVector times = FloatVector.fromArray(SPECIES, sums, cell);
    for (int at = cell; at < end; at += step) {
      FloatVector x = FloatVector.fromArray(SPECIES, slots, at).sub(most);
      x = x.blend(lowest, x.compare(VectorOperators.LT, lowest));
      FloatVector shifted = x.add(rounder);
      FloatVector f = x.sub(shifted.sub(rounder));
      FloatVector p = c5.fma(f, c4).fma(f, c3).fma(f, c2).fma(f, c1).fma(f, one);
      IntVector exponent =
          shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, Exp2.MANTISSA_BITS);
      FloatVector weight = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
      // The maximum so far stands for all logits before it, every other slot for itself.
      sum = weight.fma(times, sum);
      times = one;
    }
    most.intoArray(slots, cell);
    sum.intoArray(sums, cell);
  }

  /** Writes {@code ln(Σ 2^logit / count)} of a row of the tile, whole vectors of columns. */
  void store(int row, int count, float[] values, int target, int columns) {
    int start = row * MatrixTile.COLUMNS;
    for (int column = 0; column < columns; column += LANES) {
      logarithm(slots, sums, start + column, 1f / count, values, target + column);
    }
  }

  /**
   * {@code ln 2 · (maximum + log₂(sum · share))}: the exponent, and for the mantissa m in [√½, √2)
   * the series of 2 artanh((m − 1) / (m + 1)) to the seventh power, error 4e-8.
   */
  private static void logarithm(
      float[] maxima, float[] sums, int cell, float share, float[] values, int target) {
    IntVector bits = FloatVector.fromArray(SPECIES, sums, cell).mul(share).reinterpretAsInts();
    FloatVector mantissa = bits.and(MANTISSA).or(ONE).reinterpretAsFloats();
    VectorMask<Float> high = mantissa.compare(VectorOperators.GT, SQRT_2);
    FloatVector m = mantissa.blend(mantissa.mul(0.5f), high);
    IntVector exponent = bits.sub(ONE).lanewise(VectorOperators.ASHR, Exp2.MANTISSA_BITS);
    FloatVector whole = (FloatVector) exponent.convert(VectorOperators.I2F, 0);
    whole = whole.blend(whole.add(1f), high);
    FloatVector z = m.sub(1f).div(m.add(1f));
    FloatVector square = z.mul(z);
    FloatVector series =
        square
            .mul(1f / 7)
            .add(1f / 5)
            .fma(square, FloatVector.broadcast(SPECIES, 1f / 3))
            .fma(square, FloatVector.broadcast(SPECIES, 1f));
    FloatVector.fromArray(SPECIES, maxima, cell)
        .add(whole)
        .mul(LN2)
        .add(series.mul(z).mul(2f))
        .intoArray(values, target);
  }
}
