package dev.squall.kernels.host;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sum of a vector's lanes in a fixed order. {@link FloatVector#reduceLanes} adds in another
 * order before a method is compiled than after, so that two runs need not give the same bits.
 */
public final class LaneSum {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Lane i takes lane i + 1, 2, 4, 8; constants of their own, which the compiler folds. */
  private static final VectorShuffle<Float> BY_1 = rotation(1);

  private static final VectorShuffle<Float> BY_2 = rotation(2);
  private static final VectorShuffle<Float> BY_4 = rotation(4);
  private static final VectorShuffle<Float> BY_8 = rotation(8);

  private LaneSum() {}

  private static VectorShuffle<Float> rotation(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + distance) % LANES);
  }

  /** The sum of the lanes, the same bits as {@link #of(float[])} gives for them. */
  public static float of(FloatVector vector) {
    FloatVector sum = vector;
    if (LANES > 16) {
      return of(vector.toArray());
    }
    if (LANES > 8) {
      sum = sum.add(sum.rearrange(BY_8));
    }
    if (LANES > 4) {
      sum = sum.add(sum.rearrange(BY_4));
    }
    if (LANES > 2) {
      sum = sum.add(sum.rearrange(BY_2));
    }
    if (LANES > 1) {
      sum = sum.add(sum.rearrange(BY_1));
    }
    return sum.lane(0);
  }

  /** The sum of the lanes, in a fixed order too. */
  public static double of(DoubleVector vector) {
    double sum = 0;
    for (double lane : vector.toArray()) {
      sum += lane;
    }
    return sum;
  }

  /** Room for the lanes, to be filled by {@link FloatVector#intoArray(float[], int)}. */
  public static float[] room() {
    return new float[LANES];
  }

  /** The sum of lanes that were stored; they are overwritten. */
  public static float of(float[] lanes) {
    for (int half = LANES >> 1; half > 0; half >>= 1) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
