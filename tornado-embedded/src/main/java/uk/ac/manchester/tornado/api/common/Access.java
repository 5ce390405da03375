package uk.ac.manchester.tornado.api.common;

/** How a kernel uses a parameter. Bit 0 of {@link #position}: it reads; bit 1: it writes. */
public enum Access {
  NONE((byte) 0b00),
  READ_ONLY((byte) 0b01),
  WRITE_ONLY((byte) 0b10),
  READ_WRITE((byte) 0b11);

  public final byte position;

  Access(byte position) {
    this.position = position;
  }

  /** Returns the constants, ordered by {@link #position}. */
  public static Access[] asArray() {
    return values();
  }
}
