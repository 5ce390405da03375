package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.tensor.TensorMemory;
import dev.squall.kernels.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedMemoryTest {
  private static final TensorType TYPE = new TensorType(ElementType.F32, List.of(3L, 5L));

  private final SharedMemory memory = SharedMemory.ofThisProcess();

  @Test
  void twoTensorsOverOneFileAreTheSameMemory() {
    Tensor here = Tensor.allocate(memory, TYPE);
    Path file = here.file().orElseThrow();
    Tensor there = Tensor.attach(TYPE, SharedMemory.map(file));
    for (int i = 0; i < 15; i++) {
      assertThat(there.f32(i)).isZero();
    }
    here.f32(7, 1.5f);
    there.f32(14, -2);

    assertThat(there.f32(7)).isEqualTo(1.5f);
    assertThat(here.f32(14)).isEqualTo(-2);
    assertThat(there.file()).hasValue(file);
    assertThat(there.hasHeader()).isTrue();
    assertThat(there.withHeader().toArray(java.lang.foreign.ValueLayout.JAVA_INT)[0])
        .as("the element count that an array of TornadoVM begins with")
        .isEqualTo(15);
    assertThat(here.data().address() % 64).isZero();
    assertThat(there.data().address() % 64).isZero();
  }

  @Test
  void aWriteBeyondTheEndShowsOnBothSides() {
    Tensor here = Tensor.allocate(memory, TYPE);
    TensorMemory.Block block = SharedMemory.map(here.file().orElseThrow());
    Tensor there = Tensor.attach(TYPE, block);
    assertThat(there.guardsIntact()).isTrue();
    block.segment().set(java.lang.foreign.ValueLayout.JAVA_BYTE, 64 + TYPE.bytes(), (byte) 1);

    assertThat(there.guardsIntact()).isFalse();
    assertThat(here.guardsIntact()).isFalse();
  }

  @Test
  void aReshapedTensorIsStillShared() {
    Tensor here = Tensor.allocate(memory, TYPE);
    Tensor flat = here.reshape(15);
    assertThat(flat.file()).isEqualTo(here.file()).isPresent();
    Tensor there = Tensor.attach(TensorType.of(flat), SharedMemory.map(flat.file().orElseThrow()));
    there.f32(4, 9);

    assertThat(here.f32(4)).isEqualTo(9);
    assertThat(there.shape()).containsExactly(15);
  }

  @Test
  void anEmptyTensorCanBeShared() {
    TensorType empty = new TensorType(ElementType.F32, List.of(0L, 5L));
    Tensor here = Tensor.allocate(memory, empty);
    Tensor there = Tensor.attach(empty, SharedMemory.map(here.file().orElseThrow()));

    assertThat(there.elements()).isZero();
    assertThat(there.guardsIntact()).isTrue();
  }

  @Test
  void aFileThatIsNotThereIsInvalidInput() {
    Path absent = memory.newFile("absent");
    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> SharedMemory.map(absent));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
    assertThat(failure).hasMessage("cannot map a shared tensor: " + absent);
  }

  @Test
  void moreThanTheFileSystemHasIsOutOfMemoryAndLeavesNothing() throws IOException {
    Path folder = memory.newFile("any").getParent();
    SquallException failure =
        catchThrowableOfType(SquallException.class, () -> memory.allocate(1L << 58, 64));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY);
    assertThat(failure)
        .hasMessageStartingWith(
            "cannot share 288230376151711744 bytes with a device's process: " + folder.getParent())
        .hasMessageEndingWith("bytes free");
    try (var files = Files.list(folder)) {
      assertThat(files.filter(SharedMemoryTest::isEmptyTensor)).isEmpty();
    }
  }

  private static boolean isEmptyTensor(Path file) {
    return file.getFileName().toString().startsWith("tensor") && file.toFile().length() == 0;
  }

  @Test
  void nobodyElseMayLookIntoTheFolder() throws IOException {
    Path folder = memory.newFile("any").getParent();

    assertThat(Files.getPosixFilePermissions(folder))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    assertThat(folder.getFileName().toString())
        .startsWith("squall-" + ProcessHandle.current().pid() + "-");
    assertThat(memory.newFile("any")).isNotEqualTo(memory.newFile("any"));
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndNothingElse(@TempDir Path parent)
      throws IOException, InterruptedException {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Path orphan = Files.createDirectory(parent.resolve("squall-" + gone.pid() + "-123"));
    Files.writeString(orphan.resolve("tensor-1"), "x");
    Files.writeString(
        Files.createDirectory(orphan.resolve("scratch-2")).resolve("a.aub"), "a recording");
    Path own =
        Files.createDirectory(parent.resolve("squall-" + ProcessHandle.current().pid() + "-1"));
    Path other = Files.createDirectory(parent.resolve("squall-of-somebody"));
    Path file = Files.writeString(parent.resolve("squall-" + gone.pid() + "-file"), "no folder");

    SharedMemory.removeOrphans(parent);

    assertThat(orphan).doesNotExist();
    assertThat(own).exists();
    assertThat(other).exists();
    assertThat(file).exists();
  }
}
