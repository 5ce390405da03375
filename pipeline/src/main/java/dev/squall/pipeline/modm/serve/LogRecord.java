package dev.squall.pipeline.modm.serve;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/** What is written down of a request: that it was accepted, and how it ended. */
sealed interface LogRecord {
  UUID id();

  /** From now on the request must be answered. {@code embedding} may be null: not known yet. */
  record Accepted(UUID id, String prompt, float[] embedding) implements LogRecord {}

  /**
   * An image.
   *
   * @param cached whether it went into the cache, so that it does so again after a restart
   * @param skipped steps that were saved, −1 if it was made from nothing
   */
  record Done(
      UUID id,
      boolean cached,
      int skipped,
      String model,
      String contentType,
      float[] embedding,
      byte[] image)
      implements LogRecord {}

  /** No image could be made. */
  record Failed(UUID id, String reason) implements LogRecord {}

  /** The bytes of a record, without length and checksum. */
  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(
          switch (this) {
            case Accepted ignored -> 1;
            case Done ignored -> 2;
            case Failed ignored -> 3;
          });
      out.writeLong(id().getMostSignificantBits());
      out.writeLong(id().getLeastSignificantBits());
      switch (this) {
        case Accepted accepted -> {
          text(out, accepted.prompt());
          floats(out, accepted.embedding());
        }
        case Done done -> {
          out.writeBoolean(done.cached());
          out.writeInt(done.skipped());
          text(out, done.model());
          text(out, done.contentType());
          floats(out, done.embedding());
          out.writeInt(done.image().length);
          out.write(done.image());
        }
        case Failed failed -> text(out, failed.reason());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IOException if the bytes are no record
   */
  static LogRecord decode(DataInputStream in) throws IOException {
    int kind = in.readUnsignedByte();
    UUID id = new UUID(in.readLong(), in.readLong());
    return switch (kind) {
      case 1 -> new Accepted(id, text(in), floats(in));
      case 2 ->
          new Done(
              id,
              in.readBoolean(),
              in.readInt(),
              text(in),
              text(in),
              floats(in),
              in.readNBytes(in.readInt()));
      case 3 -> new Failed(id, text(in));
      default -> throw new IOException("record of kind " + kind);
    };
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(in.readNBytes(in.readInt()), java.nio.charset.StandardCharsets.UTF_8);
  }

  private static void floats(DataOutputStream out, float[] values) throws IOException {
    out.writeInt(values == null ? -1 : values.length);
    if (values != null) {
      out.write(Vectors.bytes(values));
    }
  }

  private static float[] floats(DataInputStream in) throws IOException {
    int count = in.readInt();
    return count < 0 ? null : Vectors.floats(in.readNBytes(Math.multiplyExact(count, 4)));
  }
}
