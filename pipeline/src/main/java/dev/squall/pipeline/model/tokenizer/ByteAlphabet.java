package dev.squall.pipeline.model.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The printable characters that GPT-2 vocabularies write for bytes: printable Latin-1 for itself,
 * the other 68 bytes as U+0100 onwards, in order.
 */
final class ByteAlphabet {
  private static final char[] CHARACTERS = new char[256];
  private static final short[] BYTES = new short[256 + 68];

  static {
    Arrays.fill(BYTES, (short) -1);
    char next = 256;
    for (int value = 0; value < 256; value++) {
      boolean itself =
          value >= '!' && value <= '~' || value >= 0xA1 && value <= 0xAC || value >= 0xAE;
      CHARACTERS[value] = itself ? (char) value : next++;
      BYTES[CHARACTERS[value]] = (short) value;
    }
  }

  private ByteAlphabet() {}

  /** The UTF-8 bytes of {@code text}, a character each. */
  static String write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    char[] written = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      written[i] = CHARACTERS[bytes[i] & 0xFF];
    }
    return new String(written);
  }

  /** What {@link #write} wrote; characters outside the alphabet stand for their UTF-8 bytes. */
  static byte[] read(String written) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    written
        .codePoints()
        .forEach(
            point -> {
              if (point < BYTES.length && BYTES[point] >= 0) {
                bytes.write(BYTES[point]);
              } else {
                bytes.writeBytes(Character.toString(point).getBytes(StandardCharsets.UTF_8));
              }
            });
    return bytes.toByteArray();
  }
}
