package dev.squall.kernels.host;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The sum of a vector's lanes in a fixed order. {@link FloatVector#reduceLanes} adds in another
 * order before a method is compiled than after, so that two runs need not give the same bits.
 */
public final class LaneSum {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private LaneSum() {}

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
