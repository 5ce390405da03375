package dev.squall.pipeline.stack.setup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.stack.setup.Commands.End;
import dev.squall.pipeline.stack.setup.Commands.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemCommandsTest {
  private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

  private Outcome shell(String script, Duration limit) {
    return new SystemCommands().run(List.of("sh", "-c", script), limit, seen::add);
  }

  @Test
  void bothStreamsAndTheExitCodeArrive() {
    Outcome outcome = shell("echo one; echo two >&2; exit 3", Duration.ofSeconds(30));

    assertThat(outcome).isEqualTo(new Outcome(End.EXITED, 3, List.of("one", "two")));
    assertThat(outcome.good()).isFalse();
    assertThat(seen).containsExactly("one", "two");
  }

  @Test
  void programsSpeakEnglishAndAskNothing() {
    Outcome outcome =
        shell("echo $LC_ALL $DEBIAN_FRONTEND; read answer || echo none", Duration.ofSeconds(30));

    assertThat(outcome.lines()).containsExactly("C noninteractive", "none");
  }

  @Test
  void onlyTheLastLinesAreKept() {
    Outcome outcome =
        shell(
            "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done",
            Duration.ofSeconds(30));

    assertThat(outcome.good()).isTrue();
    assertThat(outcome.lines()).hasSize(200).endsWith("line 999");
    assertThat(seen).hasSize(1000);
  }

  @Test
  void aProgramThatIsNotThereIsNoException() {
    assertThat(
            new SystemCommands()
                .run(List.of("no-such-program-anywhere"), Duration.ofSeconds(30), seen::add)
                .end())
        .isEqualTo(End.NOT_FOUND);
  }

  @Test
  void aProgramThatWillNotEndIsKilled() {
    Outcome outcome =
        shell("trap '' TERM; echo begun; while :; do sleep 1; done", Duration.ofMillis(500));

    assertThat(outcome.end()).isEqualTo(End.TIMED_OUT);
    assertThat(outcome.lines()).startsWith("begun");
  }

  @Test
  void aProgramBeyondItsLimitIsEndedWithItsChildren() {
    long start = System.nanoTime();
    Outcome outcome = shell("echo begun; sleep 60; echo over", Duration.ofMillis(500));

    assertThat(outcome.end()).isEqualTo(End.TIMED_OUT);
    assertThat(outcome.lines()).containsExactly("begun");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }
}
