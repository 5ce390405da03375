package dev.squall.kernels.host;

/**
 * How the rows of a weight matrix are kept: plain numbers, or blocks of small integers with a scale
 * (the formats of the ggml project, whose names they bear). A row is a whole number of blocks.
 */
public enum BlockFormat {
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),

  /** f16 scale, 32 signed bytes. */
  Q8_0(32, 34),

  /** f16 scale, 32 nibbles less 8. */
  Q4_0(32, 18),

  /** f16 scale, f16 offset, 32 nibbles. */
  Q4_1(32, 20),

  /** f16 scale, 32 fifth bits, 32 nibbles; less 16. */
  Q5_0(32, 22),

  /** f16 scale and offset of eight 6-bit scales and offsets, 256 nibbles. */
  Q4_K(256, 144),

  /** As Q4_K with 256 fifth bits. */
  Q5_K(256, 176),

  /** 256 nibbles, 256 pairs of bits, sixteen 8-bit scales, f16 scale of these; less 32. */
  Q6_K(256, 210);

  private final int elements;
  private final int bytes;

  BlockFormat(int elements, int bytes) {
    this.elements = elements;
    this.bytes = bytes;
  }

  /** Elements of a block. */
  public int elements() {
    return elements;
  }

  /** Bytes of a block. */
  public int bytes() {
    return bytes;
  }

  /** Bytes of a row of {@code depth} elements, a multiple of a block's. */
  public long rowBytes(int depth) {
    return (long) (depth / elements) * bytes;
  }
}
