package dev.squall.kernels.modm;

import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of length one in a byte a number, kept beside the rows themselves: a quarter of the bytes to
 * read for a search, and a bound on how far off it may be.
 *
 * <p>A row x is stored as scale · c, c whole from −127 to 127. By Cauchy and Schwarz a query's
 * product with it is off by at most |query| · |x − scale · c|, which is computed when the row is
 * put in. Rows that the bound leaves are decided upon by x itself, so that a search through coded
 * rows answers what one without them does.
 */
public final class CodedRows implements SearchedRows {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  /** As many bytes as a vector has floats, at least eight. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(
          byte.class, VectorShape.forBitSize(Math.max(64, FLOATS.length() * Byte.SIZE)));

  private static final int MOST = 127;

  /** More than a query's length may be. */
  private static final double QUERY_LENGTH = 1.01;

  private final int width;
  private final MemorySegment codes;
  private final float[] scales;
  private final double[] errors;

  public CodedRows(int rows, int width) {
    this.width = width;
    codes = Tensor.allocate(ElementType.I8, rows, width).data();
    scales = new float[rows];
    errors = new double[rows];
  }

  /** Takes a row of length one in; not while a search runs. */
  public void put(int row, float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    float scale = largest / MOST;
    double lost = 0;
    for (int i = 0; i < width; i++) {
      int code = scale == 0 ? 0 : Math.clamp(Math.round(values[i] / scale), -MOST, MOST);
      codes.set(ValueLayout.JAVA_BYTE, (long) row * width + i, (byte) code);
      double difference = values[i] - (double) scale * code;
      lost += difference * difference;
    }
    scales[row] = scale;
    double distance = Math.sqrt(lost);
    errors[row] = QUERY_LENGTH * distance + CosineTile.rounding(width) * (1 + distance);
  }

  @Override
  public void load(long row, int held, CosineTile tile) {
    int count = held * width;
    MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, row * width, tile.bytes, 0, count);
    widen(tile.bytes, tile.rows, count);
  }

  private static void widen(byte[] bytes, float[] floats, int count) {
    int i = 0;
    for (; i + BYTES.length() <= count; i += BYTES.length()) {
      ByteVector codes = ByteVector.fromArray(BYTES, bytes, i);
      for (int part = 0; part < BYTES.length() / FLOATS.length(); part++) {
        ((FloatVector) codes.convertShape(VectorOperators.B2F, FLOATS, part))
            .intoArray(floats, i + part * FLOATS.length());
      }
    }
    for (; i < count; i++) {
      floats[i] = bytes[i];
    }
  }

  @Override
  public double scale(long row) {
    return scales[(int) row];
  }

  @Override
  public double error(long row) {
    return errors[(int) row];
  }
}
