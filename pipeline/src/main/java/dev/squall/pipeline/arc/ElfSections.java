package dev.squall.pipeline.arc;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Sections of a 64-bit little-endian ELF file, which Intel's GPU binaries are. */
final class ElfSections {
  private static final int MAGIC = 0x464C457F;
  private static final int TABLE_OFFSET_AT = 0x28;
  private static final int ENTRY_BYTES_AT = 0x3A;
  private static final int ENTRIES_AT = 0x3C;
  private static final int NAMES_INDEX_AT = 0x3E;
  private static final int CONTENT_OFFSET_AT = 0x18;
  private static final int CONTENT_BYTES_AT = 0x20;

  private ElfSections() {}

  /**
   * @return the content of the first section of that name; empty if there is none, or {@code file}
   *     is no such ELF file
   */
  static Optional<byte[]> find(byte[] file, String name) {
    try {
      ByteBuffer elf = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      if (elf.getInt(0) != MAGIC) {
        return Optional.empty();
      }
      int table = Math.toIntExact(elf.getLong(TABLE_OFFSET_AT));
      int entryBytes = elf.getShort(ENTRY_BYTES_AT);
      int names = table + entryBytes * elf.getShort(NAMES_INDEX_AT);
      for (int i = 0; i < elf.getShort(ENTRIES_AT); i++) {
        int entry = table + entryBytes * i;
        int nameAt = Math.toIntExact(elf.getLong(names + CONTENT_OFFSET_AT)) + elf.getInt(entry);
        if (isText(file, nameAt, name)) {
          byte[] content = new byte[Math.toIntExact(elf.getLong(entry + CONTENT_BYTES_AT))];
          elf.get(Math.toIntExact(elf.getLong(entry + CONTENT_OFFSET_AT)), content);
          return Optional.of(content);
        }
      }
      return Optional.empty();
    } catch (BufferUnderflowException
        | IndexOutOfBoundsException
        | ArithmeticException
        | NegativeArraySizeException e) {
      return Optional.empty(); // cut short or damaged
    }
  }

  private static boolean isText(byte[] file, int at, String name) {
    byte[] wanted = (name + "\0").getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < wanted.length; i++) {
      if (file[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
