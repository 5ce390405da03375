package dev.squall.kernels.tensor;

import java.util.Locale;

/** Element types of tensors, in files and at kernel ports. */
public enum ElementType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloatingPoint() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /** The name used in the contract and in reports: {@code f32}, {@code u8}, … */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
