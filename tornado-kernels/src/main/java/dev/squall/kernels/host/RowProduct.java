package dev.squall.kernels.host;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Products of quantised weights with the activations of one token. */
public final class RowProduct {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Weight elements that are worth handing to another thread. */
  private static final int UNIT = 1 << 16;

  private RowProduct() {}

  /** y[yOffset + row] = w[row] · x for all rows. */
  public static void multiply(
      QuantizedMatrix w, float[] x, float[] y, int yOffset, HostThreads threads) {
    int rows = Math.clamp(UNIT / w.depth(), 1, w.rows());
    threads.forEach(
        Math.ceilDiv(w.rows(), rows),
        () -> new Scratch(w.decoder(), new float[w.depth()]),
        (scratch, unit) -> {
          int end = (int) Math.min(w.rows(), (unit + 1) * rows);
          for (int row = (int) unit * rows; row < end; row++) {
            scratch.decoder().row(row, scratch.weights(), 0);
            y[yOffset + row] = dot(scratch.weights(), x, 0, w.depth());
          }
        });
  }

  private record Scratch(RowDecoder decoder, float[] weights) {}

  /** a[0 … count) · b[bOffset … bOffset + count). */
  public static float dot(float[] a, float[] b, int bOffset, int count) {
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    int i = 0;
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
      sum0 =
          FloatVector.fromArray(SPECIES, a, i)
              .fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sum0);
      sum1 =
          FloatVector.fromArray(SPECIES, a, i + LANES)
              .fma(FloatVector.fromArray(SPECIES, b, bOffset + i + LANES), sum1);
    }
    float sum = sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    for (; i < count; i++) {
      sum += a[i] * b[bOffset + i];
    }
    return sum;
  }
}
