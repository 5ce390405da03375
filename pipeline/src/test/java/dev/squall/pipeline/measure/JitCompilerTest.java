package dev.squall.pipeline.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class JitCompilerTest {
  private static final String REST =
      """
      Current compiles:\s

      C1 compile queue:
      Empty

      C2 compile queue:
      Empty

      """;

  @Test
  void emptyQueuesAreRest() {
    assertThat(JitCompiler.idle(REST)).isTrue();
  }

  @Test
  void whatIsCompiledOrWaitsIsNone() {
    String line = "C2 CompilerThread0  1788 %     4       Scan::run @ 96 (215 bytes)\n";
    assertThat(JitCompiler.idle(REST.replace("compiles: \n", "compiles: \n" + line))).isFalse();
    assertThat(JitCompiler.idle(REST.replaceFirst("Empty\n", "1789  3  Scan::run (9 bytes)\n")))
        .isFalse();
  }

  /** Asked of this JVM: with nothing to do, its compilers rest soon. */
  @Test
  @Timeout(60)
  void thisMachinesCompilersComeToRest() throws InterruptedException {
    boolean idle = JitCompiler.idle();
    while (!idle) {
      Thread.sleep(Duration.ofMillis(20));
      idle = JitCompiler.idle();
    }
    assertThat(idle).as("within the test's time").isTrue();
  }
}
