package dev.squall.pipeline.model.gguf;

/** The types of metadata values, in the order of their numbers in files. */
enum ValueType {
  U8(1),
  I8(1),
  U16(2),
  I16(2),
  U32(4),
  I32(4),
  F32(4),
  BOOL(1),
  TEXT(8),
  ARRAY(12),
  U64(8),
  I64(8),
  F64(8);

  private final int leastBytes;

  ValueType(int leastBytes) {
    this.leastBytes = leastBytes;
  }

  /** Bytes that a value takes at least. */
  int leastBytes() {
    return leastBytes;
  }
}
