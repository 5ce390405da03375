package dev.squall.pipeline.io;

import dev.squall.kernels.error.SquallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Opens files for reading. */
public final class MappedFile {
  private MappedFile() {}

  /**
   * The bytes of a file, mapped read-only until the garbage collector finds no view of them.
   *
   * @throws SquallException INVALID_INPUT when the file is absent, unreadable or not a regular file
   */
  public static MemorySegment map(Path path) {
    requireRegular(path);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
    } catch (IOException e) {
      throw Origin.of(path).fault("cannot be read: " + Origin.reason(e));
    }
  }

  /** Refuses what does not exist and what never ends or never answers: pipes, devices, folders. */
  static void requireRegular(Path path) {
    if (!Files.exists(path)) {
      throw Origin.of(path).fault("no such file");
    }
    if (!Files.isRegularFile(path)) {
      throw Origin.of(path).fault("not a regular file");
    }
  }
}
