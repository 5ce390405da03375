package dev.squall.pipeline.stack.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.KnownStack;
import dev.squall.pipeline.stack.StackFolder;
import dev.squall.pipeline.testing.FakeCommands;
import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackSetupTest {
  @TempDir private Path folder;
  private FakeMachine machine;
  private FakeCommands commands;
  private final List<DriverStack> checked = new ArrayList<>();

  @BeforeEach
  void aMachineWithPackageManagers() {
    machine = new FakeMachine(folder);
    commands =
        new FakeCommands()
            .answer("dpkg-query", 0, "install ok installed")
            .answer("python3", 0)
            .answer(machine.cache().resolve("stacks").toString(), this::pip);
  }

  /** Puts a driver where the wheels have it. */
  private Commands.Outcome pip(List<String> command) {
    Path packages = Path.of(command.getFirst()).getParent().getParent();
    boolean emulator = command.stream().anyMatch(word -> word.contains("fpga-emu"));
    FakeMachine.write(
        packages.resolve("lib").resolve(emulator ? "libintelocl_emu.so" : "libintelocl.so"), "x");
    return FakeCommands.exited(0, "Successfully installed");
  }

  private StackSetup.Result setUp(KnownStack kind) {
    return new StackSetup(
            machine.surroundings(),
            commands,
            stack -> {
              checked.add(stack);
              return StackCheck.Outcome.notChecked("by a fake");
            },
            line -> {})
        .setUp(kind);
  }

  private StackFolder stackFolder(KnownStack kind) {
    return StackFolder.of(machine.cache(), kind.stackName());
  }

  private List<String> stacks() throws IOException {
    try (var files = Files.list(StackFolder.all(machine.cache()))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aStackFromPypiIsBuiltAndChecked() throws IOException {
    StackSetup.Result result = setUp(KnownStack.INTEL_CPU);

    StackFolder intel = stackFolder(KnownStack.INTEL_CPU);
    assertThat(result.changed()).isTrue();
    assertThat(result.stack().name()).isEqualTo("intel-cpu");
    assertThat(result.stack().library()).isEqualTo(intel.libraries().resolve("libintelocl.so"));
    assertThat(intel.icd()).hasContent(intel.libraries().resolve("libintelocl.so").toString());
    assertThat(checked).containsExactly(result.stack());
    assertThat(result.check().finding()).isEqualTo(StackCheck.Finding.NOT_CHECKED);
    assertThat(stacks()).containsExactly(".lock", "intel-cpu");
    assertThat(commands.calls().getLast())
        .endsWith("intel-opencl-rt==2026.2.0 intel-cmplr-lib-rt==2026.2.0");
  }

  @Test
  void theSecondTimeNothingIsInstalledAndTheStackIsCheckedAgain() {
    setUp(KnownStack.FPGA_EMULATOR);
    int calls = commands.calls().size();
    StackSetup.Result again = setUp(KnownStack.FPGA_EMULATOR);

    assertThat(again.changed()).isFalse();
    assertThat(commands.calls()).hasSize(calls);
    assertThat(checked).hasSize(2);
  }

  @Test
  void otherVersionsAndLostDriversAreReplaced() throws IOException {
    setUp(KnownStack.INTEL_CPU);
    StackFolder intel = stackFolder(KnownStack.INTEL_CPU);
    Files.writeString(intel.note(), Files.readString(intel.note()).replace("2026.2.0", "2025.9.9"));
    FakeMachine.write(intel.packages().resolve("old"), "of the old version");

    assertThat(setUp(KnownStack.INTEL_CPU).changed()).isTrue();
    assertThat(intel.packages().resolve("old")).doesNotExist();

    Files.delete(intel.libraries().resolve("libintelocl.so"));
    assertThat(setUp(KnownStack.INTEL_CPU).changed()).isTrue();
    assertThat(stacks()).containsExactly(".lock", "intel-cpu");
  }

  @Test
  void aFailedInstallationLeavesNothing() throws IOException {
    commands.answer(
        machine.cache().resolve("stacks").toString(),
        command -> {
          pip(command);
          return FakeCommands.exited(1, "ERROR: No matching distribution found for x");
        });

    assertThatThrownBy(() -> setUp(KnownStack.INTEL_CPU)).isInstanceOf(SetupException.class);
    assertThat(stacks()).containsExactly(".lock");
    assertThat(checked).isEmpty();
  }

  @Test
  void aFailedReplacementLeavesWhatWasThere() throws IOException {
    setUp(KnownStack.INTEL_CPU);
    Files.delete(stackFolder(KnownStack.INTEL_CPU).note());
    commands.answer(machine.cache().resolve("stacks").toString(), 1, "ERROR: ProxyError");

    assertThatThrownBy(() -> setUp(KnownStack.INTEL_CPU)).hasMessageContaining("no network");
    assertThat(stackFolder(KnownStack.INTEL_CPU).libraries().resolve("libintelocl.so")).exists();
  }

  @Test
  void packagesWithoutTheDriverAreNoStack() throws IOException {
    commands.answer(machine.cache().resolve("stacks").toString(), 0, "Successfully installed");

    assertThatThrownBy(() -> setUp(KnownStack.INTEL_CPU))
        .hasMessageContaining("libintelocl.so is not in it");
    assertThat(stacks()).containsExactly(".lock");
  }

  @Test
  void whatAKilledSetupLeftIsSwept() throws IOException {
    FakeMachine.write(
        StackFolder.all(machine.cache()).resolve(".intel-cpu-1.tmp/packages/lib/half"), "");
    setUp(KnownStack.INTEL_CPU);

    assertThat(stacks()).containsExactly(".lock", "intel-cpu");
  }

  @Test
  void aStackFromDebianPointsToTheRegisteredDriver() throws IOException {
    Path driver = machine.library("libpocl.so.2");
    machine.register("pocl", "libpocl.so.2");

    StackSetup.Result result = setUp(KnownStack.POCL);
    assertThat(result.changed()).isTrue();
    assertThat(stackFolder(KnownStack.POCL).icd()).hasContent(driver.toString());
    assertThat(setUp(KnownStack.POCL).changed()).isFalse();
  }

  @Test
  void aDriverThatAnotherPackageManagerBroughtIsTaken() {
    commands = new FakeCommands();
    machine.register("pocl", machine.library("libpocl.so.2").toString());
    assertThat(setUp(KnownStack.POCL).changed()).isTrue();

    assertThatThrownBy(() -> setUp(KnownStack.ARC_CAPTURE))
        .hasMessageStartingWith("this system has no dpkg and apt-get; ");
  }

  @Test
  void aDriverThatMovedIsFollowed() {
    machine.library("libpocl.so.2");
    machine.register("pocl", "libpocl.so.2");
    setUp(KnownStack.POCL);
    Path newer = machine.library("libpocl.so.3");
    machine.register("pocl", "libpocl.so.3");

    StackSetup.Result result = setUp(KnownStack.POCL);
    assertThat(result.changed()).isTrue();
    assertThat(result.stack().library()).isEqualTo(newer);
  }

  @Test
  void captureModeIsSetUpBesideTheRegisteredDriver() {
    machine.register("intel", machine.library("libigdrcl.so").toString());

    StackSetup.Result result = setUp(KnownStack.ARC_CAPTURE);
    assertThat(result.stack().name()).isEqualTo("arc-capture");
    assertThat(result.stack().capture()).isTrue();
  }

  @Test
  void anInstalledPackageThatRegistersNothingIsAFailure() {
    assertThatThrownBy(() -> setUp(KnownStack.POCL))
        .isInstanceOfSatisfying(
            SetupException.class, e -> assertThat(e.kind()).isEqualTo(SetupException.Cause.FAILURE))
        .hasMessageContaining("no .icd file in " + machine.vendors() + " names libpocl.so");
  }

  @Test
  void aMachineWithoutPackagesIsRefused() {
    machine.platform = "Linux aarch64";

    assertThatThrownBy(() -> setUp(KnownStack.INTEL_CPU))
        .isInstanceOfSatisfying(
            SquallException.class,
            e -> assertThat(e.errorClass()).isEqualTo(ErrorClass.UNSUPPORTED))
        .hasMessage(
            "intel-cpu: there are no packages for Linux aarch64; it is for Linux on x86-64");
    assertThat(commands.calls()).isEmpty();
  }

  @Test
  void aCacheThatCannotBeWrittenIsNamed() {
    FakeMachine.write(machine.cache(), "a file where the folder should be");

    assertThatThrownBy(() -> setUp(KnownStack.INTEL_CPU))
        .isInstanceOf(SetupException.class)
        .hasMessageStartingWith("cannot write in " + StackFolder.all(machine.cache()))
        .hasMessageContaining("SQUALL_CACHE");
  }
}
