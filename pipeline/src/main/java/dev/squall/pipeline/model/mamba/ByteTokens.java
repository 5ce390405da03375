package dev.squall.pipeline.model.mamba;

/**
 * Bytes as typeseg sees them: visible ASCII, tab, line feed and carriage return as they are, all
 * else as one placeholder.
 */
final class ByteTokens {
  /** What stands for every byte that is not plain text. */
  static final int PLACEHOLDER = 128;

  private ByteTokens() {}

  /** Rows of the embedding, one a byte. */
  static int[] of(byte[] text) {
    int[] tokens = new int[text.length];
    for (int i = 0; i < text.length; i++) {
      int value = text[i] & 0xFF;
      boolean plain =
          value >= ' ' && value <= '~' || value == '\t' || value == '\n' || value == '\r';
      tokens[i] = plain ? value : PLACEHOLDER;
    }
    return tokens;
  }
}
