package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.measure.RepeatedRun;
import org.junit.jupiter.api.Test;

class SettledRunsTest {
  private long now;

  private int runs(SettledRuns settled, double slowUntil) {
    int runs = 0;
    boolean more = true;
    while (more) {
      double seconds = now * 1e-9 < slowUntil ? 0.025 : 0.005;
      now += (long) (seconds * 1e9);
      more = settled.test(seconds);
      runs++;
    }
    return runs;
  }

  /** A code that runs evenly and slowly for 0.9 s is not taken for one that has settled. */
  @Test
  void anEvenBeginningIsNotTheEnd() {
    RepeatedRun timing = new RepeatedRun(10, 0.1, 0.01, 5, 5, () -> now, () -> true);
    SettledRuns settled = new SettledRuns(timing, 5, 1);
    int runs = runs(settled, 0.9);

    assertThat(settled.measurement().samples().median()).isEqualTo(0.005);
    assertThat(settled.measurement().samples().count()).isBetween(10, runs - 36 - 20);

    now = 0;
    RepeatedRun.Course hasty = timing.begin();
    boolean more = true;
    while (more) {
      now += 25_000_000;
      more = hasty.add(0.025);
    }
    assertThat(now).as("without it all would be over").isLessThan(900_000_000);
  }

  @Test
  void slowRunsAreFewButEnough() {
    SettledRuns settled =
        new SettledRuns(new RepeatedRun(5, 0.1, 0.01, 1, 4, () -> now, () -> true), 5, 1);
    int runs = 0;
    boolean more = true;
    while (more) {
      now += 2_000_000_000L;
      more = settled.test(2);
      runs++;
    }

    assertThat(runs).isLessThan(10);
    assertThat(settled.measurement().samples().count())
        .as("4 s are two runs")
        .isGreaterThanOrEqualTo(5);
    assertThat(settled.measurement().samples().median()).isEqualTo(2);
  }
}
