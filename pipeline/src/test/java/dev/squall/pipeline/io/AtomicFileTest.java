package dev.squall.pipeline.io;

import static dev.squall.pipeline.io.Samples.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
  private static final List<MemorySegment> PARTS =
      List.of(MemorySegment.ofArray(new byte[100]), MemorySegment.ofArray(new byte[3_000_000]));

  /** Never read: the failure comes before. */
  private static final MemorySegment LARGER_THAN_ANY_DISK =
      MemorySegment.NULL.reinterpret(Long.MAX_VALUE / 2);

  @TempDir Path folder;

  @Test
  void replacesAnOlderFileAndLeavesNothingElse() throws IOException {
    Path target = folder.resolve("t");
    Files.writeString(target, "old");
    AtomicFile.write(target, PARTS);
    assertThat(target).hasSize(3_000_100);
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(target));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 100, 101, 1_048_676, 3_000_099})
  void leavesNothingBehindWhenTheDiskFillsUp(int room) throws IOException {
    Path target = folder.resolve("t");
    Files.writeString(target, "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    PARTS,
                    temporary ->
                        new FillingDisk(create(temporary), room, "No space left on device")))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY))
        .hasMessage(
            target
                + ": cannot write 3000100 bytes: the disk is full;"
                + " free space or choose another folder");
    assertThat(target).hasContent("old");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(target));
  }

  @Test
  void writesAllThatADiskOfJustThatSizeHolds() {
    Path target = folder.resolve("t");
    AtomicFile.write(
        target, PARTS, temporary -> new FillingDisk(create(temporary), 3_000_100, "unused"));
    assertThat(target).hasSize(3_000_100);
  }

  @Test
  void knowsTheFullDiskOfTheOperatingSystem() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full here");
    Path target = folder.resolve("t");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target, PARTS, temporary -> FileChannel.open(full, StandardOpenOption.WRITE)))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void knowsAFullDiskInAnyLanguage() {
    Path target = folder.resolve("t");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    target,
                    List.of(PARTS.getFirst(), LARGER_THAN_ANY_DISK),
                    temporary -> new FillingDisk(create(temporary), 0, "disco lleno")))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void blamesNoFullDiskWhenOpeningFails() {
    Path target = folder.resolve("t");
    assertRefused(
        () ->
            AtomicFile.write(
                target,
                List.of(LARGER_THAN_ANY_DISK),
                temporary -> {
                  throw new FileSystemException(temporary + "", null, "Read-only file system");
                }),
        target + ": cannot be written: Read-only file system");
  }

  @Test
  void refusesOnOtherFailuresAndLeavesNothingBehind() {
    Path target = folder.resolve("t");
    assertRefused(
        () ->
            AtomicFile.write(
                target,
                PARTS,
                temporary -> new FillingDisk(create(temporary), 50, "Input/output\nerror")),
        target + ": cannot be written: Input/output\\u000aerror");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesPathsThatCannotBeWritten() throws IOException {
    Path orphan = folder.resolve("absent").resolve("t");
    assertRefused(
        () -> AtomicFile.write(orphan, PARTS),
        orphan + ": cannot be written: no such file or folder");
    Path sub = Files.createDirectory(folder.resolve("sub"));
    assertRefused(
        () -> AtomicFile.write(sub, PARTS),
        sub + ": cannot be written: exists and is not a regular file");
    assertThat(folder).isDirectoryNotContaining(path -> !path.equals(sub));
    assertThat(sub).isEmptyDirectory();
  }

  @Test
  void mayReplaceTheFileThatATensorViews() {
    Path path = folder.resolve("t.npy");
    NpyFile.write(path, Tensor.of(new int[] {1, 2, 3}, 3));
    Tensor view = NpyFile.read(path);
    NpyFile.write(path, Tensor.of(new int[] {9}, 1));
    assertThat(new int[] {view.i32(0), view.i32(1), view.i32(2)}).containsExactly(1, 2, 3);
    SafetensorsWriter.write(folder.resolve("t.safetensors"), Map.of("v", view), Map.of());
    assertThat(SafetensorsFile.open(folder.resolve("t.safetensors")).tensor("v").i32(2))
        .isEqualTo(3);
  }

  private static FileChannel create(Path temporary) throws IOException {
    return FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /** A channel that takes {@code room} bytes and then fails as the operating system would. */
  private static final class FillingDisk implements WritableByteChannel {
    private final WritableByteChannel file;
    private final String failure;
    private int room;

    FillingDisk(WritableByteChannel file, int room, String failure) {
      this.file = file;
      this.room = room;
      this.failure = failure;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      if (room == 0) {
        throw new IOException(failure);
      }
      ByteBuffer part = bytes.slice().limit(Math.min(room, bytes.remaining()));
      int written = file.write(part);
      bytes.position(bytes.position() + written);
      room -= written;
      return written;
    }

    @Override
    public boolean isOpen() {
      return file.isOpen();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
