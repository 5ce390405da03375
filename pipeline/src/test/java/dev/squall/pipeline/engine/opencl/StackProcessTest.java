package dev.squall.pipeline.engine.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.stack.setup.StackCheck.Finding;
import dev.squall.pipeline.stack.setup.StackCheck.Outcome;
import dev.squall.pipeline.testing.FakeMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class StackProcessTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private DriverStack stack;

  @BeforeEach
  void aStackWithoutADriver() {
    FakeMachine machine = new FakeMachine(folder);
    machine.register("one", machine.library("libone.so").toString());
    stack = DriverStacks.find(machine.surroundings()).named("one").orElseThrow();
  }

  /** Writes what it was given and what it sees. */
  static final class Telling {
    private Telling() {}

    public static void main(String[] arguments) throws IOException {
      Files.write(Path.of(arguments[0]), List.of(arguments[1], System.getenv("OCL_ICD_VENDORS")));
    }
  }

  /** Has found something when it is killed. */
  static final class Crashing {
    private Crashing() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      Files.writeString(Path.of(arguments[0]), "PASSED\tfirst card\t512 items\n");
      new ProcessBuilder("kill", "-SEGV", "" + ProcessHandle.current().pid()).start().waitFor();
      Thread.sleep(60_000);
    }
  }

  /** Does not end. */
  static final class Hanging {
    private Hanging() {}

    public static void main(String[] arguments) throws InterruptedException {
      Thread.sleep(60_000);
    }
  }

  /** Ends with an exception. */
  static final class Failing {
    private Failing() {}

    public static void main(String[] arguments) {
      throw new IllegalStateException("no such platform");
    }
  }

  @Test
  void findingsComeBackFromAProcessThatSeesTheStack() {
    StackProcess.Ended ended = StackProcess.run(stack, Telling.class, List.of("a b"), LONG);

    assertThat(ended.well()).isTrue();
    assertThat(ended.findings()).containsExactly("a b", stack.vendors().toString());
  }

  @Test
  void aCrashIsAFaultAndKeepsWhatWasFound() {
    StackProcess.Ended ended = StackProcess.run(stack, Crashing.class, List.of(), LONG);

    assertThat(ended.well()).isFalse();
    assertThat(ended.fault()).startsWith("ended by signal ").doesNotContain("\n");
    Outcome outcome = OpenClStackCheck.judge(ended);
    assertThat(outcome.finding()).isEqualTo(Finding.FAILED);
    assertThat(outcome.detail())
        .startsWith("first card: 512 items; the driver's process: ended by signal ");
  }

  @Test
  void aHangEndsWithTheTimeLimit() {
    long start = System.nanoTime();
    StackProcess.Ended ended =
        StackProcess.run(stack, Hanging.class, List.of(), Duration.ofSeconds(1));

    assertThat(ended.fault()).isEqualTo("no answer within 1 s");
    assertThat((System.nanoTime() - start) * 1e-9).isLessThan(30);
  }

  @Test
  void lastWordsAreTold() {
    assertThat(StackProcess.run(stack, Failing.class, List.of(), LONG).fault())
        .startsWith("ended with exit code 1; it said: ")
        .contains("no such platform");
  }

  @Test
  void theWorstDeviceIsTheStack() {
    assertThat(
            OpenClStackCheck.judge(
                new StackProcess.Ended(
                    List.of("PASSED\tone\t512 items", "WRONG\ttwo\t3 of 512 items"), "")))
        .isEqualTo(new Outcome(Finding.WRONG, "one: 512 items; two is wrong: 3 of 512 items"));
    assertThat(OpenClStackCheck.judge(new StackProcess.Ended(List.of("CAPTURED\tone\tx"), "")))
        .isEqualTo(new Outcome(Finding.CAPTURED, "one: x"));
    assertThat(OpenClStackCheck.judge(new StackProcess.Ended(List.of(), "")).finding())
        .isEqualTo(Finding.FAILED);
  }
}
