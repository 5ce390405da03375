package dev.squall.kernels.attention;

import dev.squall.kernels.host.MatrixTile;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Sums and maxima of rows of weights, on the host's vector units. */
public final class RowSums {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  private RowSums() {}

  /** sums[to + i] += factor · row[at + i] for i below {@code count}. */
  public static void add(float[] row, int at, int count, float factor, float[] sums, int to) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, row, at + i)
          .fma(factors, FloatVector.fromArray(SPECIES, sums, to + i))
          .intoArray(sums, to + i);
    }
    for (; i < count; i++) {
      sums[to + i] = Math.fma(row[at + i], factor, sums[to + i]);
    }
  }

  /** most[i] = max(most[i], factor · row[at + i]) for i below {@code count}. */
  public static void max(float[] row, int at, int count, float factor, float[] most) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector value = FloatVector.fromArray(SPECIES, row, at + i).mul(factors);
      FloatVector before = FloatVector.fromArray(SPECIES, most, i);
      before.blend(value, value.compare(VectorOperators.GT, before)).intoArray(most, i);
    }
    for (; i < count; i++) {
      most[i] = Math.max(most[i], row[at + i] * factor);
    }
  }
}
