package dev.squall.kernels.host;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of quantised weights with the activations of one token. */
public final class RowProduct {
  private static final VectorSpecies<Float> SPECIES = MatrixTile.SPECIES;
  private static final int LANES = SPECIES.length();

  /** Weight elements that are worth handing to another thread. */
  private static final int UNIT = 1 << 16;

  private RowProduct() {}

  /**
   * The rows of all {@code matrices}, one after the other, times x: y[row] = w[row] · x. One call
   * for matrices of the same input spares the threads a meeting each.
   *
   * @param matrices of one depth
   */
  public static void multiply(
      List<QuantizedMatrix> matrices, float[] x, float[] y, HostThreads threads) {
    int depth = matrices.getFirst().depth();
    int rows = Math.max(1, UNIT / depth);
    List<Unit> units = units(matrices, rows);
    threads.forEach(
        units.size(),
        () -> new float[depth],
        (wide, index) -> {
          Unit unit = units.get((int) index);
          RowDecoder decoder = unit.matrix().decoder();
          int end = Math.min(unit.matrix().rows(), unit.firstRow() + rows);
          for (int row = unit.firstRow(); row < end; row++) {
            decoder.row(row, wide, 0);
            y[unit.y() + row] = dot(wide, x, 0, depth);
          }
        });
  }

  /** y[row] = w[row] · x. */
  public static void multiply(QuantizedMatrix w, float[] x, float[] y, HostThreads threads) {
    multiply(List.of(w), x, y, threads);
  }

  /**
   * Rows that a thread multiplies together.
   *
   * @param y where the result of the matrix's row 0 goes
   */
  private record Unit(QuantizedMatrix matrix, int firstRow, int y) {}

  private static List<Unit> units(List<QuantizedMatrix> matrices, int rows) {
    List<Unit> units = new ArrayList<>();
    int y = 0;
    for (QuantizedMatrix matrix : matrices) {
      for (int row = 0; row < matrix.rows(); row += rows) {
        units.add(new Unit(matrix, row, y));
      }
      y += matrix.rows();
    }
    return units;
  }

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
    float sum = LaneSum.of(sum0.add(sum1));
    for (; i < count; i++) {
      sum += a[i] * b[bOffset + i];
    }
    return sum;
  }
}
