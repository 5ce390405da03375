package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How often a stage runs and what its times are; every call of a fake takes a millisecond. */
class TimingTest {
  private final WorkingDevice card = new WorkingDevice("card", Profiles.card(1));

  @Test
  void onceWithoutRepetition() {
    Timing timing = run(Repetition.none());

    assertThat(card.calls()).hasSize(1);
    assertThat(timing.samples()).containsExactly(timing.first());
  }

  @Test
  void asOftenAsAsked() {
    assertThat(run(Repetition.exactly(12)).samples()).hasSize(12);
    assertThat(card.calls()).hasSize(13);
  }

  @Test
  void warmUpIsNotTimed() {
    Timing timing = run(new Repetition(4.5e-3, 2, 1));

    assertThat(timing.samples()).hasSize(2);
    assertThat(card.calls()).as("first, five of warm-up, two").hasSize(1 + 5 + 2);
  }

  @Test
  void aSpentBudgetEndsTheRuns() {
    assertThat(run(new Repetition(0, 100, 6.5e-3)).samples()).hasSize(7);
  }

  @Test
  void butNotBelowTheLeast() {
    assertThat(run(new Repetition(0, 100, 0)).samples()).hasSize(Repetition.LEAST);
    assertThat(run(new Repetition(0, 2, 0)).samples()).hasSize(2);
  }

  @Test
  void withoutRunsThereIsNoWarmUpEither() {
    run(new Repetition(1, 0, 1));

    assertThat(card.calls()).hasSize(1);
  }

  @Test
  void anotherCountKeepsTheTimes() {
    assertThat(new Repetition(0.25, 15, 0.4).withRuns(3)).isEqualTo(new Repetition(0.25, 3, 0.4));
  }

  @Test
  void theMedianIsTheMiddleOrTheMeanOfTheMiddleTwo() {
    assertThat(new Timing(9, List.of(5., 1., 3.)).median()).isEqualTo(3);
    assertThat(new Timing(9, List.of(7., 1., 3., 5.)).median()).isEqualTo(4);
    assertThat(new Timing(9, List.of(2.)).median()).isEqualTo(2);
  }

  private Timing run(Repetition repetition) {
    Devices devices = new Devices(List.of(card));
    return new Executor(devices, repetition, stage -> {})
        .run(
            new Planner(devices, new ProfileCostModel())
                .plan(Graphs.single(), Wishes.none(), Wishes.none()),
            Graphs.tensors())
        .stages()
        .getFirst()
        .timing();
  }
}
