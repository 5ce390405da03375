package dev.squall.pipeline.stack.setup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.squall.pipeline.testing.FakeCommands;
import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonPackagesTest {
  private static final String OPTIONS = " --progress-bar off --only-binary :all:";

  @TempDir private Path folder;
  private final FakeCommands commands = new FakeCommands().answer("python3 --version", 0, "3.11");

  private Path target() {
    return folder.resolve("packages");
  }

  private void install() throws IOException {
    new PythonPackages(commands, line -> {}).install(List.of("a==1", "b==2"), target());
  }

  @Test
  void packagesGoIntoAVirtualEnvironment() throws IOException {
    commands
        .answer("python3 -m venv", 0)
        .answer(target() + "/bin/python -m pip install", 0, "Successfully installed");
    install();

    assertThat(commands.calls())
        .containsExactly(
            "python3 --version",
            "python3 -m venv " + target(),
            target() + "/bin/python -m pip install" + OPTIONS + " a==1 b==2");
  }

  @Test
  void withoutVenvPipFillsABareFolder() throws IOException {
    commands
        .answer(
            "python3 -m venv",
            command -> {
              FakeMachine.write(target().resolve("pyvenv.cfg"), "half a virtual environment");
              return FakeCommands.exited(1, "ensurepip is not available");
            })
        .answer("python3 -m pip --version", 0, "pip 23")
        .answer("python3 -m pip install", 0);
    install();

    assertThat(commands.calls().getLast())
        .isEqualTo("python3 -m pip install --target " + target() + OPTIONS + " a==1 b==2");
    assertThat(target()).doesNotExist();
  }

  @Test
  void withoutVenvAndPipThePackageIsTold() {
    commands.answer("python3 -m venv", 1).answer("python3 -m pip --version", 1, "No module");

    assertThatThrownBy(this::install)
        .isInstanceOfSatisfying(
            SetupException.class,
            e -> assertThat(e.kind()).isEqualTo(SetupException.Cause.RESOURCES))
        .hasMessageContaining("sudo apt-get install -y python3-venv");
  }

  @Test
  void withoutPythonThePackageIsTold() {
    assertThatThrownBy(
            () -> new PythonPackages(new FakeCommands(), line -> {}).install(List.of(), target()))
        .hasMessageStartingWith("there is no python3; run: sudo apt-get install -y python3-venv;");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WARNING: NewConnectionError | ERROR: No matching distribution found | no network",
        "Looking in indexes | ERROR: No matching distribution found for a==1 | does not have it",
        "Installing | ERROR: [Errno 28] No space left on device | the disk is full",
        "Collecting a | ERROR: the moon is full | pip failed: ERROR: the moon is full"
      })
  void failuresAreNamed(String before, String last, String message) {
    commands
        .answer("python3 -m venv", 0)
        .answer(target() + "/bin/python", 1, before, last, "[notice] a new release of pip");

    assertThatThrownBy(this::install)
        .isInstanceOf(SetupException.class)
        .hasMessageContaining(message);
  }
}
