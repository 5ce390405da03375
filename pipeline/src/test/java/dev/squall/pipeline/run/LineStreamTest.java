package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.pipeline.engine.Copies;
import dev.squall.pipeline.engine.DeviceSession.Times;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.Stage;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.History;
import dev.squall.pipeline.plan.LearnedCostModel;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.Request;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.KeepingDevice;
import dev.squall.pipeline.testing.KeepingDevice.Fault;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineStreamTest {
  private static final List<String> NONE = List.of();

  private final Engine host = new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.all());
  private final History history = History.inMemory();

  private StreamResult stream(
      StageGraph graph, List<String> on, int inFlight, int runs, Engine... engines) {
    Devices devices = new Devices(List.of(engines));
    Planner planner = new Planner(devices, new LearnedCostModel(history));
    Request request = Request.of(Wishes.parse("--device", on, graph), Wishes.none());
    Plan plan = planner.plan(graph, request);
    return new LineStream(
            devices,
            Replanning.by(lost -> planner.plan(graph, request.withoutLost(lost))),
            history,
            inFlight)
        .run(plan, Graphs.tensors(), runs);
  }

  private static void assertRight(StreamResult result) {
    for (Map.Entry<Stage, Call> stage : result.calls().entrySet()) {
      if (stage.getKey().name().equals("last")) {
        for (int i = 0; i < Graphs.ELEMENTS; i++) {
          assertThat(stage.getValue().out("y").f32(i)).isEqualTo(12f * i);
        }
      }
    }
  }

  private static List<String> notes(StreamResult result) {
    return result.notes().stream().map(StreamResult.Note::what).toList();
  }

  @Test
  void everyRunIsTimedAndRight() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1));
    StreamResult result =
        stream(Graphs.diamond(), List.of("first=card", "left=host"), 1, 9, host, card);

    assertThat(result.seconds()).hasSize(9).allMatch(seconds -> seconds > 0);
    assertThat(result.spans()).hasSize(4);
    assertThat(result.totalSeconds())
        .isGreaterThanOrEqualTo(
            result.seconds().stream().mapToDouble(Double::doubleValue).sum() * 0.99);
    assertRight(result);
  }

  private static void assertEveryStageRight(StreamResult result) {
    Map<String, Float> factors = Map.of("first", 2f, "left", 4f, "right", 4f, "last", 12f);
    assertThat(result.spans()).hasSize(4);
    result
        .calls()
        .forEach(
            (stage, call) -> {
              for (int i = 0; i < Graphs.ELEMENTS; i++) {
                assertThat(call.out("y").f32(i)).isEqualTo(factors.get(stage.name()) * i);
              }
            });
  }

  @Test
  void aLineOnOneDeviceThatKeepsResultsRunsAsOne() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));
    StreamResult result = stream(Graphs.diamond(), List.of("card"), 1, 6, card);

    assertThat(result.seconds()).hasSize(6).allMatch(seconds -> seconds > 0);
    assertThat(card.chains()).as("the first run opens the device").hasSize(5);
    long bytes = 4L * Graphs.ELEMENTS;
    assertThat(result.parts().stream().map(Times::copies).toList())
        .containsExactly(
            new Copies(1, bytes, 4, 4 * bytes),
            new Copies(0, 0, 1, bytes),
            new Copies(0, 0, 1, bytes),
            new Copies(0, 0, 1, bytes),
            new Copies(0, 0, 1, bytes),
            new Copies(0, 0, 1, bytes));
    assertEveryStageRight(result);
    assertThat(notes(result))
        .containsExactly(
            "the line runs as one on fake-card:card: what lies between its stages stays there");
  }

  @Test
  void aDeviceThatRecordsReplaysTheLineAndTheKernelsTimesAreTheStages() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.NONE, ErrorClass.LAUNCH, true);
    StreamResult result = stream(Graphs.diamond(), List.of("card"), 1, 6, card);

    assertThat(card.chains()).hasSize(5).allMatch(chain -> chain.startsWith("recorded: "));
    assertThat(result.parts().subList(1, 6)).extracting(Times::compute).containsOnly(4e-3);
    assertThat(result.parts().subList(1, 6)).extracting(Times::total).containsOnly(1.5e-3);
    assertEveryStageRight(result);
    assertThat(notes(result))
        .containsExactly(
            "the line runs as one on fake-card:card: what lies between its stages stays there,"
                + " replayed as a CUDA graph; the kernels' times are those of the stages' own"
                + " runs");
  }

  @Test
  void whereARecordingFailsTheLineGoesOnAsOneByLaunches() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.IN_A_RECORDING, ErrorClass.LAUNCH, true);
    StreamResult result = stream(Graphs.diamond(), List.of("card"), 1, 6, card);

    assertThat(card.chains()).hasSize(5);
    assertThat(card.chains().getFirst()).startsWith("recorded: ");
    assertThat(card.chains().subList(1, 5)).noneMatch(chain -> chain.startsWith("recorded: "));
    assertEveryStageRight(result);
    assertThat(notes(result))
        .containsExactly(
            "replaying the line on fake-card:card failed: the card failed; its commands are"
                + " launched one by one",
            "the line runs as one on fake-card:card: what lies between its stages stays there");
  }

  @Test
  void aDeviceLostInARecordingIsLost() {
    KeepingDevice card =
        new KeepingDevice(
            "card", Profiles.card(1), Fault.IN_A_RECORDING, ErrorClass.DEVICE_LOST, true);
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> stream(Graphs.diamond(), List.of("card"), 1, 6, host, card));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
  }

  @Test
  void severalRunsInFlightGoStageByStage() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));
    assertEveryStageRight(stream(Graphs.diamond(), List.of("card"), 2, 6, card));
    assertThat(card.chains()).isEmpty();
  }

  @Test
  void aStreamMayKeepToItsStages() {
    KeepingDevice card = new KeepingDevice("card", Profiles.card(1));
    StageGraph graph = Graphs.diamond();
    Devices devices = new Devices(List.of(card));
    Plan plan =
        new Planner(devices, new LearnedCostModel(history))
            .plan(graph, Request.of(Wishes.none(), Wishes.none()));
    StreamResult result =
        new LineStream(devices, Replanning.NONE, history, 1)
            .stageByStage()
            .run(plan.forced(), Graphs.tensors(), 6);
    assertEveryStageRight(result);
    assertThat(card.chains()).isEmpty();
    assertThat(result.parts().getLast().copies().out()).isEqualTo(4);
  }

  @Test
  void aRunAsOneThatFailsIsComputedAnewStageByStage() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.IN_A_RUN, ErrorClass.LAUNCH);
    StreamResult result = stream(Graphs.diamond(), List.of("card"), 1, 6, card);

    assertThat(result.seconds()).hasSize(6);
    assertThat(card.chains()).hasSize(2);
    assertEveryStageRight(result);
    assertThat(notes(result))
        .contains(
            "the line as one on fake-card:card failed: the card failed; its stages run one by one"
                + " again");
  }

  @Test
  void aForcedDeviceLostWithTheOnlyCopyIsAnError() {
    for (Fault fault : List.of(Fault.IN_A_RUN, Fault.IN_A_FETCH)) {
      KeepingDevice card =
          new KeepingDevice("card", Profiles.card(1), fault, ErrorClass.DEVICE_LOST);
      SquallException failure =
          catchThrowableOfType(
              SquallException.class,
              () -> stream(Graphs.diamond(), List.of("card"), 1, 6, host, card));
      assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    }
  }

  @Test
  void theHostComputesAnewWhatADeviceTookWithIt() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.IN_A_RUN, ErrorClass.DEVICE_LOST);
    // Compiling goes on beside the runs: as many as it takes.
    StreamResult result = stream(Graphs.diamond(), NONE, 1, 60_000, host, card);

    assertThat(card.chains()).hasSize(2);
    assertThat(notes(result))
        .contains("fake-card:card is lost: the card failed")
        .anyMatch(note -> note.startsWith("the line as one on fake-card:card failed"));
    assertThat(result.seconds()).hasSize(60_000);
    assertEveryStageRight(result);
    assertThat(result.spans()).allMatch(span -> span.used().device().id().equals("host"));
  }

  @Test
  void aRunAsOneThatComputesWronglyIsAnError() {
    KeepingDevice card =
        new KeepingDevice("card", Profiles.card(1), Fault.WRONG_NUMBERS, ErrorClass.LAUNCH);
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> stream(Graphs.diamond(), List.of("card"), 1, 6, host, card));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.WRONG_RESULT);
    assertThat(failure).hasMessageContaining("output y at [3] is 7, expected 6");
  }

  @Test
  void severalRunsInFlightAreRightToo() {
    WorkingDevice one = new WorkingDevice("one", Profiles.card(1));
    WorkingDevice two = new WorkingDevice("two", Profiles.card(1));
    StreamResult result =
        stream(
            Graphs.diamond(),
            List.of("first=one", "left=two", "right=host", "last=one"),
            3,
            20,
            host,
            one,
            two);

    assertRight(result);
    assertThat(one.calls()).hasSize(40);
    assertThat(one.mostCallsAtOnce()).isEqualTo(1);
  }

  @Test
  void stagesOfSuccessiveRunsOverlap() {
    WorkingDevice one = new WorkingDevice("one", Profiles.card(1), call -> sleep(20));
    WorkingDevice two = new WorkingDevice("two", Profiles.card(1), call -> sleep(20));
    List<String> on = List.of("first=one", "second=two");
    double alone = stream(Graphs.chain(), on, 1, 10, one, two).totalSeconds();
    double pipelined = stream(Graphs.chain(), on, 2, 10, one, two).totalSeconds();

    assertThat(alone).isGreaterThanOrEqualTo(10 * 0.040);
    assertThat(pipelined).as("eleven steps of 20 ms instead of twenty").isLessThan(alone * 0.8);
  }

  @Test
  void theHostServesWhileADeviceCompilesThenHandsOver() {
    CountDownLatch hostServed = new CountDownLatch(1);
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1), call -> await(hostServed));
    Plan[] used = new Plan[1];
    Thread release =
        Thread.ofVirtual()
            .start(
                () -> {
                  sleep(150);
                  hostServed.countDown();
                });
    StreamResult result = stream(Graphs.single(), NONE, 1, 60_000, host, card);
    used[0] = result.plan();

    assertThat(used[0].decisions().getFirst().choice().device().id()).isEqualTo("card");
    assertThat(notes(result).getFirst())
        .matches("fake-card:card is ready after \\d+ ms and takes over from the host");
    assertThat(result.notes().getFirst().run()).as("runs that the host served").isGreaterThan(1);
    assertThat(result.spans().getFirst().used().device().id()).isEqualTo("card");
    assertThat(release.isAlive()).isFalse();
  }

  @Test
  void aDeviceThatCannotCompileIsLostAndTheHostGoesOn() {
    FaultyDevice card = FaultyDevice.closed(ErrorClass.COMPILE, "card", Profiles.card(1));
    StreamResult result = stream(Graphs.diamond(), NONE, 1, 2000, host, card);

    assertRight(result);
    assertThat(notes(result).getFirst())
        .startsWith("fake-card:card is lost: card cannot be opened");
    assertThat(result.spans()).allMatch(span -> span.used().device().id().equals("host"));
  }

  @Test
  void aDeviceThatComputesWronglyNeverTakesOver() {
    FaultyDevice card = FaultyDevice.wrong("card", Profiles.card(1));
    StreamResult result = stream(Graphs.diamond(), NONE, 1, 2000, host, card);

    assertRight(result);
    assertThat(notes(result).getFirst()).contains("is WRONG");
  }

  @Test
  void aLostDeviceLeadsToAnotherPlan() {
    // The better card fails in the middle of the stream; nothing is planned on the host.
    FaultyDevice best =
        FaultyDevice.failingAt(20, ErrorClass.DEVICE_LOST, "best", Profiles.card(100));
    WorkingDevice next = new WorkingDevice("next", Profiles.card(50));
    StreamResult result = stream(Graphs.diamond(), NONE, 1, 12, best, next);

    assertRight(result);
    assertThat(notes(result)).anyMatch(note -> note.startsWith("fake-best:best is lost: "));
    assertThat(notes(result)).anyMatch(note -> note.startsWith("planned anew: first goes from"));
    assertThat(result.plan().decisions())
        .allMatch(decision -> decision.choice().device().id().equals("next"));
  }

  @Test
  void aStageThatMeasuresFarFromItsPredictionLeadsToAnotherPlan() {
    // Every call of a fake says that it took a millisecond; the profile of "boast" says far less.
    WorkingDevice boast = new WorkingDevice("boast", Profiles.card(1000));
    WorkingDevice honest = new WorkingDevice("honest", Profiles.card(0.001));
    // Eleven runs judge the first; the rest are too few to judge the second.
    StreamResult result = stream(Graphs.single(), NONE, 1, 20, boast, honest);

    assertThat(notes(result).getFirst())
        .matches("first tiles on fake-boast:boast takes 1\\.\\d+ ms, .*");
    assertThat(notes(result)).anyMatch(note -> note.startsWith("planned anew: "));
    assertThat(result.plan().decisions().getFirst().choice().device().id()).isEqualTo("honest");
    assertThat(honest.calls()).isNotEmpty();
  }

  /** A plan is asked for when the version moves, not run by run. */
  @Test
  void aPlanIsKeptWhileNothingThatItRestsOnChanges() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1));
    Devices devices = new Devices(List.of(card));
    Planner planner = new Planner(devices, new LearnedCostModel(history));
    Plan plan = planner.plan(Graphs.diamond(), Request.of(Wishes.none(), Wishes.none()));
    int[] asked = {0};
    int[] runs = {0};
    // The version moves after the fifth run.
    LineStream stream =
        new LineStream(
            devices,
            Replanning.by(
                lost -> {
                  asked[0]++;
                  return plan;
                },
                () -> runs[0] < 5 ? 1 : 2),
            History.inMemory(),
            1);
    int[] askedByFifth = {-1};
    StreamResult result =
        stream.runWhile(
            plan.forced(),
            Graphs.tensors(),
            seconds -> {
              runs[0]++;
              if (runs[0] == 5) {
                askedByFifth[0] = asked[0];
              }
              return runs[0] < 9;
            });

    assertThat(askedByFifth[0]).isZero();
    assertThat(asked[0]).isEqualTo(1);
    assertThat(result.decisionSecondsEach()).hasSize(9).allMatch(seconds -> seconds > 0);
    assertThat(result.decisionSeconds()).isPositive();
    assertRight(result);
  }

  @Test
  void whatAStreamPaidForEachStageCanBeLearnt() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1), call -> sleep(2));
    StreamResult result = stream(Graphs.chain(), List.of("card"), 1, 12, card);

    assertThat(result.measured(10))
        .hasSize(2)
        .allSatisfy(
            each -> {
              assertThat(each.line()).isEqualTo("testing.double+testing.double");
              assertThat(each.seconds()).hasSize(10).allMatch(seconds -> seconds >= 0.002);
              assertThat(each.warm()).isPositive();
            });
    assertThat(stream(Graphs.chain(), List.of("card"), 1, 10, card).measured(10))
        .as("nine beside the first are too few")
        .isEmpty();
  }

  @Test
  void whatIsForcedFailsLoudly() {
    FaultyDevice card = FaultyDevice.failingAt(5, ErrorClass.DEVICE_LOST, "card", Profiles.card(1));
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> stream(Graphs.single(), List.of("card"), 1, 10, host, card));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    assertThat(card.openSessions()).isZero();
  }

  private static void sleep(int milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody released the latch");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
