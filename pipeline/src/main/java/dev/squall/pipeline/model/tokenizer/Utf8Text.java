package dev.squall.pipeline.model.tokenizer;

import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.io.MappedFile;
import dev.squall.pipeline.io.Origin;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Text files, which must be UTF-8. */
public final class Utf8Text {
  private static final int MOST_BYTES = 1 << 30;

  private Utf8Text() {}

  /**
   * The text of a file from character {@code skipped} on (code points, counted from 0).
   *
   * @throws SquallException INVALID_INPUT naming the first byte that is not UTF-8, for a file that
   *     cannot be read, and for one with no character beyond those skipped
   */
  public static String read(Path path, int skipped) {
    MemorySegment bytes = MappedFile.map(path);
    Origin origin = Origin.of(path);
    if (bytes.byteSize() > MOST_BYTES) {
      throw origin.fault("%d bytes; a text may have 2^30".formatted(bytes.byteSize()));
    }
    String text = decode(origin, bytes.asByteBuffer());
    if (text.codePointCount(0, text.length()) <= skipped) {
      throw origin.fault(
          "nothing is left after skipping %d characters of %d"
              .formatted(skipped, text.codePointCount(0, text.length())));
    }
    return text.substring(text.offsetByCodePoints(0, skipped));
  }

  private static String decode(Origin origin, ByteBuffer bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    CoderResult result = decoder.decode(bytes, text, true);
    if (result.isError()) {
      throw origin.fault(bytes.position(), "the text is not UTF-8");
    }
    return text.flip().toString();
  }
}
