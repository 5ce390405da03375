package dev.squall.pipeline.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriverStackTest {
  @TempDir private Path folder;
  private FakeMachine machine;
  private Path library;

  @BeforeEach
  void aDriverAmongOthers() {
    machine = new FakeMachine(folder);
    library = machine.library("libone.so.1");
    machine.register("one", "libone.so.1");
    machine.register("two", machine.library("libtwo.so").toString());
  }

  private DriverStack one() {
    return DriverStacks.find(machine.surroundings()).named("one").orElseThrow();
  }

  @Test
  void theChildsVendorsHoldThisDriverAloneByItsFullPath() throws IOException {
    ProcessBuilder child = new ProcessBuilder("true");
    one().applyTo(child);
    one().applyTo(child);

    Path vendors = Path.of(child.environment().get("OCL_ICD_VENDORS"));
    try (var files = Files.list(vendors)) {
      assertThat(files).containsExactly(vendors.resolve("one.icd"));
    }
    assertThat(vendors.resolve("one.icd")).hasContent(library.toString());
  }

  @Test
  void whatWouldAddOrChangeDriversIsTakenFromTheChild() {
    ProcessBuilder child = new ProcessBuilder("true");
    child.environment().clear();
    child
        .environment()
        .putAll(
            Map.of(
                "OCL_ICD_VENDORS", "/etc/OpenCL/vendors",
                "OCL_ICD_FILENAMES", "libother.so",
                "NEOReadDebugKeys", "1",
                "SetCommandStreamReceiver", "1",
                "PATH", "/bin"));
    one().applyTo(child);

    assertThat(child.environment())
        .containsOnlyKeys("OCL_ICD_VENDORS", "PATH")
        .containsEntry("OCL_ICD_VENDORS", one().vendors().toString());
  }

  @Test
  void captureModeKeepsItsKeys() {
    machine.library("libigdrcl.so");
    FakeMachine.write(
        machine.cache().resolve("stacks/arc-capture/vendors/arc-capture.icd"),
        machine.libraries().resolve("libigdrcl.so").toString());
    ProcessBuilder child = new ProcessBuilder("true");
    child.environment().clear();
    DriverStacks.find(machine.surroundings()).named("arc-capture").orElseThrow().applyTo(child);

    assertThat(child.environment())
        .containsEntry("SetCommandStreamReceiver", "1")
        .containsEntry("HardwareInfoOverride", "8x4x16");
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() {
    FakeMachine.write(machine.cache(), "a file where the folder should be");

    assertThatThrownBy(() -> one().applyTo(new ProcessBuilder("true")))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.OUT_OF_MEMORY))
        .hasMessageContaining("one.icd: cannot be written");
  }
}
