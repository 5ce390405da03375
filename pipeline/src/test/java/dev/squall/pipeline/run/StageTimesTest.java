package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.squall.pipeline.engine.Device;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.plan.Candidate;
import dev.squall.pipeline.plan.Measured;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageTimesTest {
  private static final long SECOND = 1_000_000_000;
  private static final Device CARD = new NullDevice("card", Profiles.card(1)).device();
  private static final Stage STAGE = Graphs.single().stage("first");

  private final StageTimes times =
      new StageTimes(
          STAGE,
          new Candidate(CARD, STAGE.kernel().variant("tiles"), Optional.empty(), Optional.empty()));

  private void add(int second, double held, double compute, double copyIn, double copyOut) {
    times.add(
        second * SECOND, held, new Times(0, copyIn, compute, copyOut, compute + copyIn + copyOut));
  }

  @Test
  void theWayFromStageToStageIsInTheTime() {
    for (int run = 0; run <= 10; run++) {
      add(run, 0.75, 0.25, 0.125, 0.125);
    }
    Measured measured = times.measured(10, "some+line");

    assertThat(measured.seconds()).hasSize(10).containsOnly(0.5);
    assertThat(measured.launch()).isCloseTo(0.25, within(1e-12));
    assertThat(measured.line()).isEqualTo("some+line");
    assertThat(measured.first()).isEqualTo(0.5);
    assertThat(measured.warm()).as("seconds from the first run to these").isEqualTo(1);
    assertThat(measured.out()).isEqualTo(new Measured.Copied(4 * Graphs.ELEMENTS, 0.125));
  }

  @Test
  void theLatestAreKept() {
    for (int run = 0; run < 3 * StageTimes.KEPT + 5; run++) {
      add(run, run, 0.5, 0, 0);
    }

    assertThat(times.count()).isEqualTo(3 * StageTimes.KEPT + 5);
    assertThat(times.latest(3)).containsExactly(194.0, 195.0, 196.0);
    assertThat(times.latest(1000)).hasSize(StageTimes.KEPT).startsWith(133.0);
    assertThat(times.measured(1000, "").seconds()).hasSize(StageTimes.KEPT);
    assertThat(times.measured(2, "").warm()).isEqualTo(195);
    assertThat(times.medianSeconds()).isEqualTo(164.5);
  }

  @Test
  void theFirstRunIsNeverAmongThem() {
    add(0, 9, 9, 0, 0);
    for (int run = 1; run <= 10; run++) {
      assertThat(times.enough()).isFalse();
      add(run, 1, 1, 0, 0);
    }

    assertThat(times.enough()).isTrue();
    assertThat(times.measured(100, "").seconds()).hasSize(10).containsOnly(1.0);
  }
}
