package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.report.ResidentLineRow;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.KeepingDevice;
import dev.squall.pipeline.testing.KeepingDevice.Fault;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Lines that stay on a device with memory of its own, where only what was copied is seen. */
@Timeout(20)
class ResidentLineTest {
  private static final long BYTES = 4L * Graphs.ELEMENTS;
  private static final Repetition FIVE = Repetition.exactly(5);

  private final Engine host = new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.all());

  private static RunResult run(
      StageGraph graph, Repetition repetition, List<String> devices, Engine... engines) {
    Devices all = new Devices(List.of(engines));
    return new Executor(all, repetition, stage -> {})
        .run(
            new Planner(all, new ProfileCostModel())
                .plan(
                    graph,
                    Wishes.parse("--device", devices, graph),
                    Wishes.parse("--variant", List.of(), graph)),
            Graphs.tensors());
  }

  private static void assertStagesRight(RunResult result) {
    List<Float> factors = List.of(2f, 4f, 4f, 12f);
    for (int stage = 0; stage < result.stages().size(); stage++) {
      for (int i = 0; i < Graphs.ELEMENTS; i++) {
        assertThat(result.stages().get(stage).call().out("y").f32(i))
            .isEqualTo(factors.get(stage) * i);
      }
    }
  }

  @Test
  void stageByStageEveryResultIsCopiedOutWithEveryRun() {
    RunResult result =
        run(Graphs.diamond(), FIVE, List.of(), new KeepingDevice("card", Profiles.card(1)));

    Copies outAlone = new Copies(0, 0, 1, BYTES);
    for (StageResult stage : result.stages()) {
      List<Copies> copies = stage.timing().parts().stream().map(Times::copies).toList();
      assertThat(copies).hasSize(6);
      assertThat(copies.getFirst())
          .isEqualTo(
              stage.stage().name().equals("first") ? new Copies(1, BYTES, 1, BYTES) : outAlone);
      assertThat(copies.subList(1, 6)).containsOnly(outAlone);
    }
  }

  @Test
  void aLineAsOneSendsItsInputsOnceAndBringsHomeWhatNoStageReads() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));
    RunResult result = run(Graphs.diamond(), FIVE, List.of(), card);

    ResidentRun resident = result.resident().orElseThrow();
    assertThat(resident.device()).isEqualTo(card.device());
    assertThat(resident.first().copies()).isEqualTo(new Copies(1, BYTES, 1, BYTES));
    assertThat(resident.runs()).hasSize(5);
    assertThat(resident.runs()).extracting(Times::copies).containsOnly(new Copies(0, 0, 1, BYTES));
    assertThat(resident.fetched()).isEqualTo(new Copies(0, 0, 3, 3 * BYTES));
    assertThat(resident.median(Times::beyondKernels)).isEqualTo(1e-3);
    assertThat(card.chains())
        .hasSize(6)
        .containsOnly(
            "testing.double (tiles) → testing.double (tiles) → testing.double (tiles) →"
                + " testing.double (tiles)");
    assertStagesRight(result);
    assertThat(result.events()).isEmpty();
  }

  @Test
  void aDeviceThatRecordsReplaysTheLineOnceMoreAndTheKernelsTimesAreOfTheLaunchedRuns() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.NONE, ErrorClass.LAUNCH, true);
    RunResult result = run(Graphs.chain(), FIVE, List.of("card"), card);

    ResidentRun resident = result.resident().orElseThrow();
    String line = card.chains().getFirst();
    assertThat(card.chains().subList(0, 6)).containsOnly(line);
    assertThat(card.chains().subList(6, 12)).containsOnly("recorded: " + line);
    assertThat(resident.replay().orElseThrow().runs()).hasSize(5);
    assertThat(resident.total()).isEqualTo(1.5e-3);
    assertThat(resident.median(Times::total)).isEqualTo(2e-3);
    assertThat(resident.median(Times::compute)).isEqualTo(1e-3);
    assertThat(resident.beyondKernels()).isCloseTo(0.5e-3, within(1e-9));
    assertThat(resident.replayFailure()).isEmpty();
    assertThat(result.events()).isEmpty();
    assertStagesRight(result);

    ResidentLineRow row = ResidentLineRow.of(resident);
    assertThat(row.launches()).isEqualTo("CUDA graph");
    assertThat(row.milliseconds()).isEqualTo(1.5);
    assertThat(row.oneByOneMilliseconds()).isEqualTo(2);
    assertThat(row.text())
        .startsWith(
            "line kept on fake-card:card 1.50 ms, replayed as a CUDA graph (launched one by one 2.00"
                + " ms; kernels and copies are of those runs): kernels 1.00 ms, beyond them 0.500");
  }

  @ParameterizedTest
  @CsvSource({"IN_A_RECORDING,LAUNCH", "DEAD_REPLAYS,WRONG_RESULT"})
  void aRecordingThatFailsIsSaidAndTheLaunchedRunsStand(Fault fault, ErrorClass said) {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), fault, ErrorClass.LAUNCH, true);
    RunResult result = run(Graphs.chain(), FIVE, List.of("card"), card);

    ResidentRun resident = result.resident().orElseThrow();
    assertThat(resident.replay()).isEmpty();
    assertThat(resident.total()).isEqualTo(2e-3);
    assertThat(resident.beyondKernels()).isEqualTo(1e-3);
    assertThat(ResidentLineRow.of(resident).launches()).isEqualTo("one by one");
    assertThat(result.events()).hasSize(1);
    assertThat(result.events().getFirst().errorClass()).isEqualTo(said);
    assertThat(result.events().getFirst().what())
        .startsWith("replaying the line from a recording failed on fake-card:card: ")
        .endsWith("; its commands launched one by one stand");
    assertStagesRight(result);
  }

  @Test
  void yardsticksStayOut() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));

    assertThat(run(Graphs.withYardstick(), FIVE, List.of(), card).resident()).isPresent();
    // A chain of one step: the yardstick is no part of the line.
    assertThat(card.chains()).isEmpty();
  }

  @Test
  void withoutTimedRunsOrWithStagesElsewhereNothingRunsAsOne() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));
    assertThat(run(Graphs.chain(), Repetition.none(), List.of(), card).resident()).isEmpty();

    KeepingDevice other = new KeepingDevice("other", Profiles.card(1));
    RunResult mixed = run(Graphs.chain(), FIVE, List.of("first=card", "second=other"), card, other);
    assertThat(mixed.resident()).isEmpty();
    assertStagesRight(mixed);
    // Between devices an intermediate goes through the host's memory.
    assertThat(mixed.stages().get(1).timing().parts().getFirst().copies().in()).isEqualTo(1);
    assertThat(card.chains()).isEmpty();

    assertThat(
            run(Graphs.chain(), FIVE, List.of(), new WorkingDevice("w", Profiles.card(1)))
                .resident())
        .as("an engine that keeps nothing")
        .isEmpty();
    assertThat(run(Graphs.chain(), FIVE, List.of(), host).resident()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"IN_A_RUN", "IN_A_FETCH"})
  void aDeviceLostWithTheOnlyCopyCostsTheFigureAndNoResult(Fault fault) {
    for (List<String> wishes : List.of(List.<String>of(), List.of("card"))) {
      KeepingDevice card =
          new KeepingDevice("card", Profiles.card(1), fault, ErrorClass.DEVICE_LOST);
      RunResult result = run(Graphs.diamond(), FIVE, wishes, card);

      assertThat(result.resident()).isEmpty();
      assertThat(result.events())
          .containsExactly(
              new Event(
                  "line",
                  "card",
                  ErrorClass.DEVICE_LOST,
                  "the line as one failed on fake-card:card: the card failed; the stages' own"
                      + " results and times stand"));
      assertStagesRight(result);
    }
  }

  @Test
  void aLineThatComputesOtherwiseThanItsStagesIsFound() {
    KeepingDevice wrong =
        new KeepingDevice("card", Profiles.card(1), Fault.WRONG_NUMBERS, ErrorClass.LAUNCH);
    RunResult result = run(Graphs.chain(), FIVE, List.of(), wrong);

    String message =
        "stage first (tiles on card), kept on the device with the line, is WRONG: output y at [3]"
            + " is 7, expected 6";
    assertThat(result.resident()).isEmpty();
    assertThat(result.events()).extracting(Event::errorClass).containsOnly(ErrorClass.WRONG_RESULT);
    assertThat(result.events().getFirst().what()).contains(message);
    assertStagesRight(result);

    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> run(Graphs.chain(), FIVE, List.of("card"), wrong));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.WRONG_RESULT);
    assertThat(failure).hasMessage(message);
  }
}
