package dev.squall.pipeline.io;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Writes whole files: under a temporary name in the same folder, then renamed, or not at all. */
public final class AtomicFile {
  private static final int CHUNK_BYTES = 1 << 18;

  /** Opens the temporary file; the seam at which tests let a disk fill up. */
  @FunctionalInterface
  interface Opener {
    WritableByteChannel open(Path temporary) throws IOException;
  }

  private AtomicFile() {}

  /** Writes {@code content}, with the same promises as for tensors. */
  public static void write(Path target, byte[] content) {
    write(target, List.of(MemorySegment.ofArray(content)));
  }

  /**
   * Writes {@code parts} one after the other, in place of an older file of the same name.
   *
   * @throws SquallException OUT_OF_MEMORY when the disk is full, INVALID_INPUT for any other
   *     failure to write there; the folder is then as it was
   */
  static void write(Path target, List<MemorySegment> parts) {
    write(
        target,
        parts,
        temporary ->
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  static void write(Path target, List<MemorySegment> parts, Opener opener) {
    // A rename would replace a device such as /dev/null or a link to a pipe by a file.
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw Origin.of(target).fault("cannot be written: exists and is not a regular file");
    }
    Path temporary = target.resolveSibling(".squall-" + UUID.randomUUID() + ".tmp");
    try {
      try (WritableByteChannel channel = opener.open(temporary)) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK_BYTES);
        for (MemorySegment part : parts) {
          copy(part, buffer, channel);
        }
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw failure(target, parts, e);
    } finally {
      delete(temporary);
    }
  }

  /** Copies through a buffer, since a segment may lie over an array of any type. */
  private static void copy(MemorySegment part, ByteBuffer buffer, WritableByteChannel channel)
      throws IOException {
    for (long done = 0; done < part.byteSize(); done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), part.byteSize() - done));
      MemorySegment.ofBuffer(buffer).copyFrom(part.asSlice(done, buffer.limit()));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  private static SquallException failure(Path target, List<MemorySegment> parts, IOException e) {
    long bytes = parts.stream().mapToLong(MemorySegment::byteSize).sum();
    if (diskFull(target, bytes, e)) {
      return new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "%s: cannot write %d bytes: the disk is full; free space or choose another folder"
              .formatted(Origin.of(target).name(), bytes),
          e);
    }
    return new SquallException(
        ErrorClass.INVALID_INPUT,
        Origin.of(target).name() + ": cannot be written: " + Origin.reason(e),
        e);
  }

  /**
   * Java has no exception of its own for a full disk: the system's words tell, and where those are
   * translated, a write that failed and too little space.
   */
  private static boolean diskFull(Path target, long bytes, IOException e) {
    String reason = Origin.reason(e);
    if (Stream.of("No space left", "quota exceeded", "not enough space")
        .anyMatch(reason::contains)) {
      return true;
    }
    if (e instanceof FileSystemException) {
      return false; // opening or renaming failed, which takes no space
    }
    try {
      Path folder = target.toAbsolutePath().getParent();
      return Files.getFileStore(folder).getUsableSpace() < bytes;
    } catch (IOException unknown) {
      return false;
    }
  }

  private static void delete(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // The failure that led here is on its way to the caller and matters more.
    }
  }
}
