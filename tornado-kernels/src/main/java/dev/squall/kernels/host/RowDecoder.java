package dev.squall.kernels.host;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Widens rows of a {@link QuantizedMatrix} to single precision; exact up to the rounding of scale
 * times integer plus offset, which is done once. For one thread: it keeps the bytes of a row.
 */
public final class RowDecoder {
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final QuantizedMatrix matrix;
  private final byte[] bytes;

  RowDecoder(QuantizedMatrix matrix) {
    this.matrix = matrix;
    this.bytes = new byte[Math.toIntExact(matrix.format().rowBytes(matrix.depth()))];
  }

  /** Writes row {@code row} to {@code target} from {@code offset} on. */
  public void row(int row, float[] target, int offset) {
    long at = (long) row * bytes.length;
    if (matrix.format() == BlockFormat.F32) {
      MemorySegment.copy(matrix.data(), F32, at, target, offset, matrix.depth());
      return;
    }
    MemorySegment.copy(matrix.data(), ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
    int blocks = matrix.depth() / matrix.format().elements();
    switch (matrix.format()) {
      case F32 -> throw new IllegalStateException();
      case F16 -> halves(blocks, target, offset);
      case BF16 -> shortened(blocks, target, offset);
      case Q8_0 -> Blocks32.q8(bytes, blocks, target, offset);
      case Q4_0 -> Blocks32.q4(bytes, blocks, target, offset);
      case Q4_1 -> Blocks32.q4Offset(bytes, blocks, target, offset);
      case Q5_0 -> Blocks32.q5(bytes, blocks, target, offset);
      case Q4_K -> Blocks256.q4(bytes, blocks, target, offset);
      case Q5_K -> Blocks256.q5(bytes, blocks, target, offset);
      case Q6_K -> Blocks256.q6(bytes, blocks, target, offset);
    }
  }

  private void halves(int count, float[] target, int offset) {
    for (int i = 0; i < count; i++) {
      target[offset + i] = Nibbles.half(bytes, 2 * i);
    }
  }

  private void shortened(int count, float[] target, int offset) {
    for (int i = 0; i < count; i++) {
      target[offset + i] =
          Float.intBitsToFloat((bytes[2 * i + 1] << 24) | ((bytes[2 * i] & 0xFF) << 16));
    }
  }
}
