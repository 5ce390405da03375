package dev.squall.pipeline.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A file on a disk with so much room. */
public final class FullDisk extends ForwardingChannel {
  private final long room;

  public FullDisk(Path file, long room) throws IOException {
    super(LineJournal.channel(file));
    this.room = room;
  }

  @Override
  public int write(ByteBuffer bytes) throws IOException {
    long left = room - position();
    if (left <= 0) {
      throw new IOException("No space left on device");
    }
    ByteBuffer part = bytes.slice(bytes.position(), (int) Math.min(left, bytes.remaining()));
    int written = super.write(part);
    bytes.position(bytes.position() + written);
    return written;
  }
}
