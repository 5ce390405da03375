package dev.squall.pipeline.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ProfilerLogTest {
  private static int executionsUntilFull(int tasks, int plans) {
    ProfilerLog log = new ProfilerLog(tasks);
    int executions = 0;
    while (!log.full(plans)) {
      log.grow();
      executions++;
    }
    return executions;
  }

  @Test
  void aPlanIsMadeAnewBeforeTheHeapIsFull() {
    // 14 tasks of about 1 kB an execution in a heap of 2 GB.
    assertThat(executionsUntilFull(14, 1)).isBetween(10_000, 20_000);
    assertThat(executionsUntilFull(1, 1)).isGreaterThan(150_000);
    assertThat(executionsUntilFull(0, 1)).as("recorded").isGreaterThan(700_000);
  }

  @Test
  void plansShareTheHeap() {
    assertThat(executionsUntilFull(1, 9)).isCloseTo(executionsUntilFull(1, 1) / 9, within(1));
  }
}
