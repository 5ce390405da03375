package dev.squall.kernels.host;

import java.lang.foreign.MemorySegment;

/**
 * A weight matrix as its file keeps it; nothing is widened until a product needs it.
 *
 * @param data the rows, one after the other
 * @param rows output features
 * @param depth input features, a multiple of the format's block
 */
public record QuantizedMatrix(BlockFormat format, MemorySegment data, int rows, int depth) {
  public QuantizedMatrix {
    if (depth % format.elements() != 0 || data.byteSize() != rows * format.rowBytes(depth)) {
      throw new IllegalArgumentException(
          "%d bytes do not hold %d rows of %d elements of %s"
              .formatted(data.byteSize(), rows, depth, format));
    }
  }

  /** A widener of rows for one thread. */
  public RowDecoder decoder() {
    return new RowDecoder(this);
  }
}
