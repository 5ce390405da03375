package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Support;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.run.Event;
import dev.squall.pipeline.run.Executor;
import dev.squall.pipeline.run.Repetition;
import dev.squall.pipeline.run.RunResult;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.profiles.DeviceProfile;
import dev.squall.profiles.DeviceProfiles;
import dev.squall.profiles.MatchRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The policy table with real processes: a card far faster than the host fails, and the line ends
 * with right results and a list of what happened, unless the card was forced.
 */
@Timeout(120)
class LineFaultsTest {
  private static final Consumer<String> SILENT = stage -> {};
  private static final String ELSEWHERE = "; simd on host serves instead";

  @TempDir private Path folder;
  private FaultyLaunches launches;

  @BeforeEach
  void prepare() throws IOException {
    launches = new FaultyLaunches(folder);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    FaultyLaunches.requireNothingLeft();
  }

  private Devices devices(Fault fault) {
    TimeLimits limits =
        fault == Fault.HANGS_IN_A_CALL ? FaultyLaunches.briefCalls() : FaultyLaunches.patient();
    ProcessLaunch launch = launches.launch(fault);
    EnumerationCache answers = EnumerationCache.read(folder.resolve("devices.json"));
    answers.put("faulty print", EnumerationCache.Answer.of(List.of(FaultyProcess.facts(0))));
    return new Devices(
        List.of(
            new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.of(1)),
            new RemoteEngine(
                "faulty",
                List.of(new RemoteEngine.Site("card", launch, "print", "")),
                DeviceProfiles.of(List.of(card())),
                answers,
                limits,
                (device, program) -> Support.yes())));
  }

  private static DeviceProfile card() {
    DeviceProfile fast = Profiles.card(100);
    return new DeviceProfile(
        "card",
        fast.name(),
        fast.kind(),
        List.of(new MatchRule(List.of(), List.of("Faulty Card"), List.of(), Map.of())),
        fast.compute(),
        fast.memory(),
        fast.link(),
        fast.limits(),
        fast.power(),
        fast.timing(),
        fast.provenance());
  }

  private static RunResult run(
      Devices devices, StageGraph graph, List<String> wishes, Consumer<String> progress) {
    Plan plan =
        new Planner(devices, new ProfileCostModel())
            .plan(
                graph,
                Wishes.parse("--device", wishes, graph),
                Wishes.parse("--variant", List.of(), graph));
    assertThat(plan.decisions())
        .extracting(decision -> decision.choice().label())
        .containsOnly("tiles on card");
    RunResult result =
        new Executor(devices, Repetition.none(), progress).run(plan, Graphs.tensors());
    result
        .events()
        .forEach(
            event ->
                System.out.printf(
                    "event: %s on %s: %s: %s%n",
                    event.stage(), event.device(), event.errorClass(), event.what()));
    return result;
  }

  private static RunResult auto(Devices devices) {
    return run(devices, Graphs.chain(), List.of(), SILENT);
  }

  private static void assertRight(RunResult result, String... labels) {
    assertThat(result.stages()).extracting(stage -> stage.used().label()).containsExactly(labels);
    Tensor first = result.stages().get(0).call().out("y");
    Tensor second = result.stages().get(1).call().out("y");
    for (int i = 0; i < Graphs.ELEMENTS; i++) {
      assertThat(first.f32(i)).isEqualTo(2f * i);
      assertThat(second.f32(i)).isEqualTo(4f * i);
    }
  }

  private static void assertLost(RunResult result, ErrorClass errorClass, String failure) {
    assertRight(result, "simd on host", "simd on host");
    assertThat(result.events())
        .containsExactly(
            new Event("first", "card", errorClass, "tiles on card failed: " + failure + ELSEWHERE),
            new Event(
                "second",
                "card",
                ErrorClass.DEVICE_LOST,
                "tiles on card failed: card was lost at an earlier stage" + ELSEWHERE));
  }

  @Test
  void aSoundDeviceServesTheLine() {
    RunResult result = auto(devices(Fault.NONE));

    assertRight(result, "tiles on card", "tiles on card");
    assertThat(result.events()).isEmpty();
    // Outputs lie where both processes see them.
    assertThat(result.stages().getFirst().call().out("y").file()).isPresent();
  }

  @Test
  void theHostFinishesWhenTheProcessIsKilled() {
    assertLost(
        auto(devices(Fault.KILLED_IN_A_CALL)),
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests was ended by signal 9 while running testing.double (tiles)");
  }

  @Test
  void theHostFinishesWhenTheDeviceHangs() {
    RunResult result = auto(devices(Fault.HANGS_IN_A_CALL));

    assertRight(result, "simd on host", "simd on host");
    assertThat(result.events())
        .extracting(Event::stage, Event::device, Event::errorClass)
        .containsExactly(
            tuple("first", "card", ErrorClass.TIMEOUT),
            tuple("second", "card", ErrorClass.DEVICE_LOST));
    // On a machine under load the limit may pass while the call is still being prepared.
    assertThat(result.events().getFirst().what())
        .startsWith("tiles on card failed: faulty on tests did not answer within 4.00 s while ")
        .endsWith(" and was ended; SQUALL_DEVICE_TIMEOUT_S=SECONDS allows more" + ELSEWHERE);
  }

  @Test
  void theHostFinishesWhenTheDeviceDoesNotOpen() {
    assertLost(
        auto(devices(Fault.ENDS_BEFORE_IT_CONNECTS)),
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests ended with exit code 7 while starting; "
            + "it said: an earlier line | "
            + FaultyProcess.LAST_WORDS);
  }

  @Test
  void theHostFinishesWhenTheDriverAborts() {
    assertLost(
        auto(devices(Fault.HALTS_IN_A_CALL)),
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests was ended by signal 6 while running testing.double (tiles)");
  }

  @Test
  void anotherFormThatNeedsLessMemoryMayFit() {
    RunResult result = auto(devices(Fault.RUNS_OUT_OF_HEAP));

    assertRight(result, "loops on card", "tiles on card");
    assertThat(result.events())
        .containsExactly(
            new Event(
                "first",
                "card",
                ErrorClass.OUT_OF_MEMORY,
                "tiles on card failed: faulty on tests, running testing.double (tiles): the device's"
                    + " process: no heap; loops on card serves instead"));
  }

  @Test
  void aDeviceMayBeLostBetweenTwoStages() {
    Consumer<String> killer =
        stage -> {
          if (stage.equals("second")) {
            List<ProcessHandle> children = FaultyLaunches.children();
            assertThat(children).hasSize(1);
            children.getFirst().destroyForcibly();
            children.getFirst().onExit().join();
          }
        };
    RunResult result = run(devices(Fault.NONE), Graphs.chain(), List.of(), killer);

    assertRight(result, "tiles on card", "simd on host");
    assertThat(result.events())
        .extracting(Event::stage, Event::device, Event::errorClass)
        .containsExactly(tuple("second", "card", ErrorClass.DEVICE_LOST));
    assertThat(result.events().getFirst().what()).contains("was ended by signal 9");
  }

  @Test
  void wrongNumbersAreComputedByTheHost() {
    RunResult result = auto(devices(Fault.COMPUTES_WRONG_NUMBERS));

    // The device is right the second time, and is checked again.
    assertRight(result, "simd on host", "tiles on card");
    assertThat(result.events())
        .containsExactly(
            new Event(
                "first",
                "card",
                ErrorClass.WRONG_RESULT,
                "tiles on card failed: stage first (tiles on card) is WRONG: "
                    + "output y at [0] is 1, expected 0"
                    + ELSEWHERE));
  }

  @Test
  void aLaunchThatFailedIsTriedInAnotherFormOnTheDevice() {
    RunResult result = auto(devices(Fault.PRINTS_A_FAILURE));

    assertRight(result, "loops on card", "tiles on card");
    assertThat(result.events())
        .containsExactly(
            new Event(
                "first",
                "card",
                ErrorClass.LAUNCH,
                "tiles on card failed: faulty on tests, running testing.double (tiles): the driver "
                    + "reported success and printed: "
                    + FaultyProcess.PRINTED_FAILURE
                    + "; loops on card serves instead"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"KILLED_IN_A_CALL", "HANGS_IN_A_CALL", "COMPUTES_WRONG_NUMBERS", "PRINTS_A_FAILURE"})
  void aForcedDeviceFailsWithTheClass(Fault fault) {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> run(devices(fault), Graphs.chain(), List.of("card"), SILENT));

    assertThat(failure.errorClass())
        .isEqualTo(
            switch (fault) {
              case KILLED_IN_A_CALL -> ErrorClass.DEVICE_LOST;
              case HANGS_IN_A_CALL -> ErrorClass.TIMEOUT;
              case COMPUTES_WRONG_NUMBERS -> ErrorClass.WRONG_RESULT;
              default -> ErrorClass.LAUNCH;
            });
  }
}
