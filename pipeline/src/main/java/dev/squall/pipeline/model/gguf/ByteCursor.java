package dev.squall.pipeline.model.gguf;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.Origin;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads little-endian values one after the other; no read leaves the file. */
final class ByteCursor {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Origin origin;
  private final MemorySegment file;
  private long at;

  ByteCursor(Origin origin, MemorySegment file) {
    this.origin = origin;
    this.file = file;
  }

  /** The next byte's position. */
  long at() {
    return at;
  }

  long remaining() {
    return file.byteSize() - at;
  }

  SquallException fault(String reason) {
    return origin.fault(at, reason);
  }

  SquallException fault(long position, String reason) {
    return origin.fault(position, reason);
  }

  byte i8(String what) {
    return file.get(ValueLayout.JAVA_BYTE, take(1, what));
  }

  short i16(String what) {
    return file.get(I16, take(2, what));
  }

  int i32(String what) {
    return file.get(I32, take(4, what));
  }

  long i64(String what) {
    return file.get(I64, take(8, what));
  }

  /**
   * A count of things of at least {@code leastBytes} each, which therefore cannot be more than the
   * rest of the file has room for.
   */
  int count(long leastBytes, String what) {
    long position = at;
    long count = i64(what);
    long most = Math.min(remaining() / leastBytes, Integer.MAX_VALUE - 8);
    if (count < 0 || count > most) {
      throw fault(
          position,
          "%s is %s; the %d bytes that follow have room for %d"
              .formatted(what, Long.toUnsignedString(count), remaining(), most));
    }
    return (int) count;
  }

  /** A string with its length in front, which must be UTF-8. */
  String text(String what) {
    int length = count(1, "length of " + what);
    long position = take(length, what);
    byte[] bytes = file.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw fault(position, what + " is not UTF-8");
    }
  }

  private long take(long bytes, String what) {
    if (bytes > remaining()) {
      throw fault("the file ends inside " + what);
    }
    long position = at;
    at += bytes;
    return position;
  }
}
