package dev.squall.kernels.host;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Moves floats between tensors and arrays and multiplies them on the way, in one pass. */
public final class ScaledCopy {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private ScaledCopy() {}

  /**
   * target[at … at + count) = factor · source
   *
   * @param start index of the first float of {@code source}
   */
  public static void toArray(
      MemorySegment source, long start, int count, float factor, float[] target, int at) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, source, (start + i) * Float.BYTES, ORDER)
          .mul(factor)
          .intoArray(target, at + i);
    }
    if (i < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, count);
      FloatVector.fromMemorySegment(SPECIES, source, (start + i) * Float.BYTES, ORDER, rest)
          .mul(factor)
          .intoArray(target, at + i, rest);
    }
  }

  /**
   * target = factor · source[at … at + count)
   *
   * @param start index of the first float of {@code target}
   */
  public static void toSegment(
      float[] source, int at, int count, float factor, MemorySegment target, long start) {
    int i = 0;
    for (; i <= count - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, source, at + i)
          .mul(factor)
          .intoMemorySegment(target, (start + i) * Float.BYTES, ORDER);
    }
    if (i < count) {
      VectorMask<Float> rest = SPECIES.indexInRange(i, count);
      FloatVector.fromArray(SPECIES, source, at + i, rest)
          .mul(factor)
          .intoMemorySegment(target, (start + i) * Float.BYTES, ORDER, rest);
    }
  }
}
