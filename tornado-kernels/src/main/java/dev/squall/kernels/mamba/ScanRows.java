package dev.squall.kernels.mamba;

import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Small loops over rows of floats in whole vectors, and copies between rows and tensors. */
final class ScanRows {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final VectorSpecies<Float> SPECIES = Activations.SPECIES;
  private static final int LANES = SPECIES.length();

  private ScanRows() {}

  static void load(Tensor from, long at, float[] to, int offset, int count) {
    MemorySegment.copy(from.data(), F32, at * Float.BYTES, to, offset, count);
  }

  static void store(float[] from, int offset, Tensor to, long at, int count) {
    MemorySegment.copy(from, offset, to.data(), F32, at * Float.BYTES, count);
  }

  static void add(float[] values, int from, int count, float constant) {
    FloatVector addend = FloatVector.broadcast(SPECIES, constant);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector.fromArray(SPECIES, values, i).add(addend).intoArray(values, i);
    }
  }

  static void addRow(float[] values, float[] others, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, values, i);
      sum.add(FloatVector.fromArray(SPECIES, others, i)).intoArray(values, i);
    }
  }

  static void dropSignOfZero(float[] values, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector.fromArray(SPECIES, values, i).abs().intoArray(values, i);
    }
  }

  static void addScaled(float[] values, float[] others, int from, int count, float scale) {
    FloatVector factor = FloatVector.broadcast(SPECIES, scale);
    for (int i = from; i < from + count; i += LANES) {
      FloatVector sum = FloatVector.fromArray(SPECIES, values, i);
      FloatVector.fromArray(SPECIES, others, i).fma(factor, sum).intoArray(values, i);
    }
  }

  static void multiply(float[] values, float[] others, int from, int count) {
    for (int i = from; i < from + count; i += LANES) {
      FloatVector product = FloatVector.fromArray(SPECIES, values, i);
      product.mul(FloatVector.fromArray(SPECIES, others, i)).intoArray(values, i);
    }
  }
}
