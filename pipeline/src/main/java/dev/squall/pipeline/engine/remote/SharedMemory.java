package dev.squall.pipeline.engine.remote;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.TensorMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tensors in files that other processes map: in memory ({@code /dev/shm}) where the system has
 * that, else in the folder for temporary files. A file goes when its tensor is garbage, the folder
 * when the process ends; what a killed process left is removed by the next one.
 */
final class SharedMemory implements TensorMemory {
  private static final Path MEMORY_FOLDER = Path.of("/dev/shm");
  private static final String PREFIX = "squall-";
  private static final Cleaner CLEANER = Cleaner.create();

  private final Path folder;
  private final AtomicLong files = new AtomicLong();

  private SharedMemory(Path folder) {
    this.folder = folder;
  }

  /** The one of this process. */
  static SharedMemory ofThisProcess() {
    return Holder.INSTANCE;
  }

  /** Sockets, logs and other files that go with this process. */
  Path newFile(String stem) {
    return folder.resolve(stem + "-" + files.incrementAndGet());
  }

  @Override
  public Block allocate(long bytes, long alignment) {
    try {
      return create(newFile("tensor"), bytes);
    } catch (IOException e) {
      throw new SquallException(
          ErrorClass.OUT_OF_MEMORY,
          "cannot share %d bytes with a device's process: %s".formatted(bytes, e.getMessage()),
          e);
    }
  }

  private static Block create(Path file, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      SpaceReservation.reserve(file, bytes);
      Block block =
          new Block(
              channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto()),
              Optional.of(file));
      CLEANER.register(block, () -> delete(file));
      return block;
    } catch (IOException e) {
      delete(file);
      throw e;
    }
  }

  /** The memory that another process shared. */
  static Block map(Path file) {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment segment =
          channel.map(FileChannel.MapMode.READ_WRITE, 0, channel.size(), Arena.ofAuto());
      return new Block(segment, Optional.of(file));
    } catch (IOException e) {
      throw SquallException.invalidInput("cannot map a shared tensor: " + e.getMessage());
    }
  }

  /** Folders of ours whose process is gone. */
  static void removeOrphans(Path parent) {
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(parent, PREFIX + "*-*")) {
      for (Path folder : folders) {
        String pid = folder.getFileName().toString().substring(PREFIX.length()).split("-")[0];
        if (pid.matches("\\d{1,18}")
            && Files.isWritable(folder)
            && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          Holder.remove(folder);
        }
      }
    } catch (IOException e) {
      // Another run's leavings are no reason to fail.
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The folder goes with the process.
    }
  }

  private static final class Holder {
    private static final SharedMemory INSTANCE = create();

    private static SharedMemory create() {
      Path parent =
          Files.isDirectory(MEMORY_FOLDER) && Files.isWritable(MEMORY_FOLDER)
              ? MEMORY_FOLDER
              : Path.of(System.getProperty("java.io.tmpdir"));
      removeOrphans(parent);
      try {
        Path folder =
            Files.createTempDirectory(
                parent,
                PREFIX + ProcessHandle.current().pid() + "-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
        return new SharedMemory(folder);
      } catch (IOException e) {
        throw new UncheckedIOException("no folder for shared memory in " + parent, e);
      }
    }

    private static void remove(Path folder) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          if (Files.isDirectory(file)) {
            remove(file);
          } else {
            delete(file);
          }
        }
        Files.deleteIfExists(folder);
      } catch (IOException e) {
        // Gone already, or in use by a child that ends with us.
      }
    }
  }
}
