package dev.squall.pipeline.seedlm;

import dev.squall.kernels.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** CRC-32C as eight hexadecimal digits. */
final class Checksum {
  private static final long PIECE = 1 << 30;

  private Checksum() {}

  static String of(Tensor tensor) {
    CRC32C sum = new CRC32C();
    MemorySegment data = tensor.data();
    for (long at = 0; at < data.byteSize(); at += PIECE) {
      sum.update(data.asSlice(at, Math.min(PIECE, data.byteSize() - at)).asByteBuffer());
    }
    return hex(sum);
  }

  static String of(String text) {
    CRC32C sum = new CRC32C();
    sum.update(text.getBytes(StandardCharsets.UTF_8));
    return hex(sum);
  }

  private static String hex(CRC32C sum) {
    return "%08x".formatted(sum.getValue());
  }
}
