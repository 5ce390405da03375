package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A text file that grows line by line: each is on the disk before the next, and what a crash or a
 * full disk left half-written is cut off. One process at a time.
 */
public final class LineJournal implements AutoCloseable {
  private final FileChannel channel;
  private long end;

  private LineJournal(FileChannel channel) {
    this.channel = channel;
  }

  /** Opens the channel; the seam at which tests let a disk fill up. */
  @FunctionalInterface
  public interface Opener {
    FileChannel open(Path file) throws IOException;
  }

  /** Receives a line, without its end. */
  @FunctionalInterface
  public interface Reader {
    void line(int number, String line);
  }

  /** For reading and writing; a file that is not there is made. */
  public static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * Opens a file for this process alone.
   *
   * @param writer what writes such files, for the message
   * @throws SquallException INVALID_INPUT if another process has it open
   */
  public static LineJournal open(Path file, String writer, Opener opener) throws IOException {
    LineJournal journal = new LineJournal(opener.open(file));
    try {
      if (!journal.lock()) {
        throw SquallException.invalidInput(
            "%s: another %s writes there; wait for it or choose another --out"
                .formatted(file, writer));
      }
      return journal;
    } catch (IOException | SquallException e) {
      journal.close();
      throw e;
    }
  }

  private boolean lock() throws IOException {
    try {
      // Held until the channel is closed.
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /**
   * Hands out the whole lines of a file, numbered from 1.
   *
   * @return where the last of them ends
   */
  public static long wholeLines(byte[] bytes, Reader reader) {
    int begin = 0;
    for (int number = 1, i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        reader.line(number++, new String(bytes, begin, i - begin, StandardCharsets.UTF_8));
        begin = i + 1;
      }
    }
    return begin;
  }

  /** Goes on behind the first {@code bytes} bytes; what follows them is cut off. */
  public void continueAt(long bytes) throws IOException {
    channel.truncate(bytes);
    end = bytes;
  }

  /**
   * Appends a line, its end included.
   *
   * @throws IOException if it cannot be kept; what was there before is untouched
   */
  public void append(String line) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
    try {
      channel.position(end);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
      end += bytes.limit();
    } catch (IOException e) {
      cutOff();
      throw e;
    }
  }

  private void cutOff() {
    try {
      channel.truncate(end);
    } catch (IOException e) {
      // Half a line at the end is cut off when the file is opened again.
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // All lines are on the disk; there is nothing left to lose.
    }
  }
}
