package dev.squall.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.squall.pipeline.stack.setup.StackCheck;
import dev.squall.pipeline.testing.FakeCommands;
import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetupCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;
  private FakeMachine machine;
  private final FakeCommands commands = new FakeCommands();
  private StackCheck check = stack -> StackCheck.Outcome.notChecked("nothing runs here");

  @BeforeEach
  void poclIsInstalled() {
    machine = new FakeMachine(folder);
    machine.register("pocl", machine.library("libpocl.so.2").toString());
    commands
        .answer("dpkg-query", 1)
        .answer("id -u", 0, "1000")
        .answer("dpkg-query --show --showformat=${Status}\\n pocl", 0, "install ok installed")
        .answer("dpkg-query --show --showformat=${Status}\\n ocl-icd", 0, "install ok installed");
  }

  private CommandRun run(String... arguments) {
    return CommandRun.of(
        new SetupCommand(commands, check, cache -> machine.surroundings()),
        machine.cache(),
        arguments);
  }

  @Test
  void aStackWithoutACheckSaysSo() {
    CommandRun run = run("opencl-cpu");

    assertThat(run.exitCode()).isZero();
    assertThat(run.errors()).isEmpty();
    assertThat(run.output().lines())
        .startsWith("pocl: installed; driver " + folder.resolve("lib/libpocl.so.2"))
        .contains("  OCL_ICD_VENDORS=" + machine.cache().resolve("stacks/pocl/vendors"))
        .last()
        .asString()
        .startsWith("  known-answer kernel: not checked: ");
    assertThat(run("opencl-cpu").output()).startsWith("pocl: was there; ");
  }

  @Test
  void jsonIsALineAStack() throws IOException {
    CommandRun run = run("opencl-cpu", "--json");
    JsonNode line = JSON.readTree(run.output());

    assertThat(run.output().lines()).hasSize(1);
    assertThat(line.get("setup").asText()).isEqualTo("opencl-cpu");
    assertThat(line.get("stack").asText()).isEqualTo("pocl");
    assertThat(line.get("ready").asBoolean()).isTrue();
    assertThat(line.get("changed").asBoolean()).isTrue();
    assertThat(line.get("environment").get("OCL_ICD_VENDORS").asText()).endsWith("/vendors");
    assertThat(line.get("check").asText()).isEqualTo("not checked");
  }

  @Test
  void withoutRootOneLineTellsTheCommand() throws IOException {
    CommandRun run = run("arc-capture", "--json");

    assertThat(run.exitCode()).isEqualTo(ExitCodes.RESOURCES);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors())
        .startsWith("squall: setup arc-capture: installing intel-opencl-icd libze1 spirv-tools")
        .contains("sudo apt-get install -y intel-opencl-icd libze1 spirv-tools");
    assertThat(JSON.readTree(run.output()).get("ready").asBoolean()).isFalse();
  }

  @Test
  void oneFailureDoesNotKeepOthersFromBeingSetUp() {
    CommandRun run = run("fpga-emulator", "opencl-cpu", "opencl-cpu");

    assertThat(run.exitCode()).isEqualTo(ExitCodes.RESOURCES);
    assertThat(run.errorLines()).hasSize(1);
    assertThat(run.errors()).startsWith("squall: setup fpga-emulator: there is no python3; ");
    assertThat(run.output()).startsWith("pocl: installed; ").doesNotContain("was there");
  }

  @Test
  void aStackThatAnswersWronglyIsAWrongResult() {
    check = stack -> new StackCheck.Outcome(StackCheck.Finding.WRONG, "1 of 512 items");
    CommandRun run = run("opencl-cpu", "--quiet");

    assertThat(run.exitCode()).isEqualTo(ExitCodes.WRONG_RESULT);
    assertThat(run.output()).isEmpty();
    assertThat(run.errors())
        .isEqualTo("squall: setup opencl-cpu: the known-answer kernel: wrong: 1 of 512 items\n");
  }

  @Test
  void aStackThatFailsIsAFailure() {
    check = stack -> StackCheck.Outcome.failed("the driver's process ended with signal 11");

    assertThat(run("opencl-cpu").exitCode()).isEqualTo(ExitCodes.FAILURE);
  }

  @Test
  void theListTellsWhatIsHere() throws IOException {
    CommandRun run = run("--list");
    assertThat(run.exitCode()).isZero();
    assertThat(run.output()).containsPattern("\nopencl-cpu +ready +PoCL.* Debian: pocl-opencl-icd");
    assertThat(run.output()).containsPattern("\nintel-cpu +not set up .*PyPI: intel-opencl-rt==");

    List<String> lines = run("--list", "--json").output().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(JSON.readTree(lines.get(0)).get("ready").asBoolean()).isTrue();
    assertThat(JSON.readTree(lines.get(1)).get("reason").asText()).isEqualTo("not set up");
    assertThat(machine.cache()).doesNotExist();
  }

  @Test
  void wrongWordsAreUsageErrors() {
    for (String[] words : new String[][] {{}, {"opencl-gpu"}, {"--list", "opencl-cpu"}}) {
      CommandRun run = run(words);
      assertThat(run.exitCode()).isEqualTo(ExitCodes.USAGE);
      assertThat(run.errorLines()).hasSize(1);
      assertThat(run.errors()).startsWith("squall: INVALID_INPUT: ").contains("--help");
    }
    assertThat(run("opencl-gpu").errors())
        .contains("there are: opencl-cpu, intel-cpu, fpga-emulator, arc-capture");
    assertThat(commands.calls()).isEmpty();
  }
}
