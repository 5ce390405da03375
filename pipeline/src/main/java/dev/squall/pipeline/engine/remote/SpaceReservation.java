package dev.squall.pipeline.engine.remote;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Takes a file's blocks from the file system before anything is written: writing to a mapped file
 * on a full one would end the process. Whoever comes later, in this process or another, finds them
 * taken.
 */
final class SpaceReservation {
  private static final int READ_AND_WRITE = 2;
  private static final int NO_SPACE = 28;
  private static final Optional<Functions> FUNCTIONS = Functions.find();

  private SpaceReservation() {}

  /**
   * @param file that exists
   * @throws IOException if the file system has not that much space
   */
  static void reserve(Path file, long bytes) throws IOException {
    if (FUNCTIONS.isPresent()) {
      int answer = FUNCTIONS.get().allocate(file, bytes);
      if (answer == 0) {
        return;
      }
      if (answer == NO_SPACE) {
        throw new IOException("%s has %d bytes free".formatted(folder(file), free(file)));
      }
    }
    // Not on every system, nor every file system: what is free now.
    if (free(file) < bytes) {
      throw new IOException("%s has %d bytes free".formatted(folder(file), free(file)));
    }
  }

  private static Path folder(Path file) {
    return file.getParent().getParent();
  }

  private static long free(Path file) throws IOException {
    return Files.getFileStore(file).getUsableSpace();
  }

  /** What the C library has for it, on Linux. */
  private record Functions(MethodHandle open, MethodHandle allocate, MethodHandle close) {

    static Optional<Functions> find() {
      if (!System.getProperty("os.name").equals("Linux")) {
        return Optional.empty();
      }
      Linker linker = Linker.nativeLinker();
      SymbolLookup library = linker.defaultLookup();
      ValueLayout.OfInt number = ValueLayout.JAVA_INT;
      ValueLayout.OfLong size = ValueLayout.JAVA_LONG;
      Optional<MemorySegment> open = library.find("open");
      Optional<MemorySegment> allocate = library.find("posix_fallocate");
      Optional<MemorySegment> close = library.find("close");
      if (open.isEmpty() || allocate.isEmpty() || close.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new Functions(
              linker.downcallHandle(
                  open.get(),
                  FunctionDescriptor.of(number, ValueLayout.ADDRESS, number),
                  Linker.Option.firstVariadicArg(2)),
              linker.downcallHandle(
                  allocate.get(), FunctionDescriptor.of(number, number, size, size)),
              linker.downcallHandle(close.get(), FunctionDescriptor.of(number, number))));
    }

    /** 0, or the error's number; −1 if the file cannot be opened. */
    int allocate(Path file, long bytes) {
      try (Arena arena = Arena.ofConfined()) {
        int descriptor =
            (int) open.invokeExact(arena.allocateFrom(file.toString()), READ_AND_WRITE);
        if (descriptor < 0) {
          return -1;
        }
        int answer = (int) allocate.invokeExact(descriptor, 0L, bytes);
        int closed = (int) close.invokeExact(descriptor);
        return closed == 0 ? answer : -1;
      } catch (Throwable e) {
        throw new IllegalStateException("a function of the C library failed", e);
      }
    }
  }
}
