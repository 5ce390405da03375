package dev.squall.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.host.HostThreads;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.ElementType;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.kernels.verify.Comparison;
import dev.squall.kernels.verify.Verdict;
import dev.squall.kernels.verify.Verifier;
import dev.squall.pipeline.engine.Devices;
import dev.squall.pipeline.engine.Engine;
import dev.squall.pipeline.engine.jvm.JvmEngine;
import dev.squall.pipeline.graph.StageGraph;
import dev.squall.pipeline.plan.Plan;
import dev.squall.pipeline.plan.Planner;
import dev.squall.pipeline.plan.ProfileCostModel;
import dev.squall.pipeline.plan.Wishes;
import dev.squall.pipeline.testing.FakeDevice;
import dev.squall.pipeline.testing.FaultyDevice;
import dev.squall.pipeline.testing.Graphs;
import dev.squall.pipeline.testing.NullDevice;
import dev.squall.pipeline.testing.Profiles;
import dev.squall.pipeline.testing.WorkingDevice;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The time limit turns a device that waits in vain for another into a failure. */
@Timeout(20)
class ExecutorTest {
  private static final List<String> NONE = List.of();

  private final Engine host = new JvmEngine(Profiles.card(1e-6), 1L << 30, HostThreads.all());

  @Test
  void resultsAreThoseOfTheStagesOneAfterAnother() {
    RunResult result = run(Graphs.diamond(), NONE, NONE, host);

    assertThat(result.stages())
        .extracting(stage -> stage.stage().name())
        .containsExactly("first", "left", "right", "last");
    for (int i = 0; i < Graphs.ELEMENTS; i++) {
      assertThat(output(result, 0).f32(i)).isEqualTo(2f * i);
      assertThat(output(result, 1).f32(i)).isEqualTo(4f * i);
      assertThat(output(result, 3).f32(i)).as("2 · 4i + 4i").isEqualTo(12f * i);
    }
    assertThat(result.events()).isEmpty();
  }

  @Test
  void resultsDoNotDependOnTheDevices() {
    WorkingDevice one = new WorkingDevice("one", Profiles.card(1));
    WorkingDevice two = new WorkingDevice("two", Profiles.card(1));
    RunResult mixed =
        run(
            Graphs.diamond(),
            List.of("first=one", "left=two", "right=host", "last=one"),
            NONE,
            host,
            one,
            two);

    assertThat(mixed.stages())
        .extracting(stage -> stage.used().device().id())
        .containsExactly("one", "two", "host", "one");
    assertThat(output(mixed, 3).toFloatArray())
        .containsExactly(output(run(Graphs.diamond(), NONE, NONE, host), 3).toFloatArray());
    assertThat(one.calls()).containsExactly("testing.double/tiles", "testing.double/tiles");
  }

  @Test
  void independentStagesOnDifferentDevicesOverlap() {
    // Neither call returns before the other has begun.
    CyclicBarrier meeting = new CyclicBarrier(2);
    WorkingDevice one = new WorkingDevice("one", Profiles.card(1), call -> await(meeting));
    WorkingDevice two = new WorkingDevice("two", Profiles.card(1), call -> await(meeting));

    RunResult result = run(Graphs.pair(), List.of("left=one", "right=two"), NONE, one, two);

    assertThat(result.stages()).hasSize(2);
    assertThat(meeting.isBroken()).isFalse();
  }

  @Test
  void aDeviceWorksOnOneStageAtATime() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1));
    run(Graphs.diamond(), NONE, NONE, Repetition.exactly(20), card);

    assertThat(card.calls()).hasSize(4 * 21);
    assertThat(card.mostCallsAtOnce()).isEqualTo(1);
  }

  @Test
  void aStageWaitsForWhatItReads() {
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    WorkingDevice one = new WorkingDevice("one", Profiles.card(1), call -> order.add("one"));
    // What it reads is finished: no element is still NaN, the value before a call.
    WorkingDevice two =
        new WorkingDevice(
            "two",
            Profiles.card(1),
            call -> {
              assertThat(call.in("x").toFloatArray()).doesNotContain(Float.NaN);
              order.add("two");
            });

    RunResult result = run(Graphs.chain(), List.of("first=one", "second=two"), NONE, one, two);

    assertThat(order).containsExactly("one", "two");
    assertThat(output(result, 1).f32(3)).isEqualTo(12);
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorClass.class,
      names = {"UNSUPPORTED", "OUT_OF_MEMORY", "COMPILE", "LAUNCH"})
  void autoFallsBackToAnotherVariantOfTheDeviceAndTells(ErrorClass errorClass) {
    FaultyDevice broken = FaultyDevice.failingAt(1, errorClass, "broken", Profiles.card(100));
    RunResult result = run(Graphs.single(), NONE, NONE, broken, host);

    StageResult stage = result.stages().getFirst();
    assertThat(stage.decision().choice().label()).isEqualTo("tiles on broken");
    assertThat(stage.used().label()).isEqualTo("loops on broken");
    assertThat(output(result, 0).f32(5)).isEqualTo(10);
    assertThat(result.events())
        .containsExactly(
            new Event(
                "first",
                "broken",
                errorClass,
                "tiles on broken failed: broken failed at call 1; loops on broken serves instead"));
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorClass.class,
      names = {"TIMEOUT", "DEVICE_LOST", "WRONG_RESULT"})
  void autoLeavesADeviceThatCannotBeTrusted(ErrorClass errorClass) {
    FaultyDevice broken = FaultyDevice.failingAt(1, errorClass, "broken", Profiles.card(100));
    RunResult result = run(Graphs.single(), NONE, NONE, broken, host);

    assertThat(result.stages().getFirst().used().label()).isEqualTo("simd on host");
    assertThat(output(result, 0).f32(5)).isEqualTo(10);
    assertThat(broken.calls()).hasSize(1);
    assertThat(result.events()).extracting(Event::errorClass).containsExactly(errorClass);
  }

  @Test
  void aDeviceThatDoesNotOpenIsPassedOver() {
    FaultyDevice closed = FaultyDevice.closed(ErrorClass.DEVICE_LOST, "closed", Profiles.card(100));
    RunResult result = run(Graphs.single(), NONE, NONE, closed, host);

    assertThat(result.stages().getFirst().used().label()).isEqualTo("simd on host");
    assertThat(result.events())
        .extracting(Event::what)
        .containsExactly(
            "tiles on closed failed: closed cannot be opened; simd on host serves instead");
    assertThat(output(result, 0).f32(5)).isEqualTo(10);
  }

  @Test
  void whenNothingCanServeTheLastFailureIsTold() {
    FaultyDevice closed = FaultyDevice.closed(ErrorClass.COMPILE, "closed", Profiles.card(1));

    assertFails(ErrorClass.COMPILE, "closed cannot be opened", NONE, NONE, closed);
  }

  @Test
  void whatIsForcedDoesNotFallBack() {
    FaultyDevice device = FaultyDevice.failingAt(1, ErrorClass.LAUNCH, "one", Profiles.card(9));
    assertFails(ErrorClass.LAUNCH, "one failed at call 1", List.of("one"), NONE, device, host);
    assertThat(device.calls()).hasSize(1);

    FaultyDevice variant = FaultyDevice.failingAt(1, ErrorClass.TIMEOUT, "two", Profiles.card(9));
    WorkingDevice spare = new WorkingDevice("spare", Profiles.card(1));
    assertFails(ErrorClass.TIMEOUT, "two failed at call 1", NONE, List.of("tiles"), variant, spare);
    assertThat(spare.calls()).isEmpty();
  }

  @Test
  void wrongInputIsNotTriedElsewhere() {
    FaultyDevice picky =
        FaultyDevice.failingAt(1, ErrorClass.INVALID_INPUT, "picky", Profiles.card(100));

    assertFails(ErrorClass.INVALID_INPUT, "picky failed at call 1", NONE, NONE, picky, host);
    assertThat(picky.calls()).hasSize(1);
  }

  @Test
  void aFallbackTakesItsTurnOnTheOtherDevicesThread() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    WorkingDevice spare =
        new WorkingDevice("spare", Profiles.card(1), call -> threads.add(Thread.currentThread()));
    FaultyDevice closed = FaultyDevice.closed(ErrorClass.DEVICE_LOST, "closed", Profiles.card(100));

    RunResult result = run(Graphs.pair(), List.of("right=spare"), NONE, closed, spare);

    assertThat(result.stages())
        .extracting(stage -> stage.used().label())
        .containsExactly("tiles on spare", "tiles on spare");
    assertThat(spare.calls()).hasSize(2);
    assertThat(threads).hasSize(1);
  }

  @Test
  void afterAFailureNoSessionIsClosedUnderACall() {
    CountDownLatch rightRuns = new CountDownLatch(1);
    List<Boolean> interrupted = Collections.synchronizedList(new ArrayList<>());
    WorkingDevice slow =
        new WorkingDevice(
            "slow",
            Profiles.card(1),
            call -> {
              rightRuns.countDown();
              // Works on until the run is given up.
              interrupted.add(awaitInterrupt());
            });
    FakeDevice waiting =
        new FakeDevice("one", Profiles.card(1)) {
          @Override
          protected void serve(int number, Kernel kernel, Call call) {
            await(rightRuns);
            throw new SquallException(ErrorClass.LAUNCH, "no");
          }
        };

    // FakeDevice's sessions throw an AssertionError when they are closed during a call.
    assertThatThrownBy(
            () -> run(Graphs.pair(), List.of("left=one", "right=slow"), NONE, waiting, slow))
        .isInstanceOf(SquallException.class)
        .hasMessage("no");
    assertThat(interrupted).containsExactly(true);
    assertThat(slow.openSessions()).isZero();
    assertThat(waiting.openSessions()).isZero();
  }

  @Test
  void sessionsAreOpenedOnceAndClosed() {
    WorkingDevice card = new WorkingDevice("card", Profiles.card(1));
    run(Graphs.diamond(), NONE, NONE, card);

    assertThat(card.calls()).hasSize(4);
    assertThat(card.openSessions()).isZero();
  }

  @Test
  void aDeviceThatWritesNothingIsFoundBeforeAnyoneReadsIt() {
    assertFails(
        ErrorClass.WRONG_RESULT,
        "stage first (tiles on null) is MISTRUSTED: output y at [0] is NaN, expected 0",
        NONE,
        NONE,
        new NullDevice("null", Profiles.card(1)));
  }

  @Test
  void aDeviceThatWritesWrongNumbersIsFound() {
    assertFails(
        ErrorClass.WRONG_RESULT,
        "stage first (tiles on one) is WRONG: output y at [0] is 1, expected 0",
        NONE,
        NONE,
        FaultyDevice.wrong("one", Profiles.card(1)));
  }

  @Test
  void wrongNumbersAreComputedElsewhereByAuto() {
    FaultyDevice wrong = FaultyDevice.wrong("one", Profiles.card(10));
    RunResult result = run(Graphs.chain(), NONE, NONE, wrong, host);

    assertThat(verify(result).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(result.events())
        .extracting(Event::errorClass)
        .containsExactly(ErrorClass.WRONG_RESULT, ErrorClass.WRONG_RESULT);
    // No other variant of a device that computes wrongly is tried.
    assertThat(wrong.calls()).hasSize(2);
  }

  @Test
  void aLostDeviceIsNotAskedAgain() {
    FaultyDevice dying =
        FaultyDevice.failingAt(1, ErrorClass.DEVICE_LOST, "one", Profiles.card(10));
    RunResult result = run(Graphs.chain(), NONE, NONE, dying, host);

    assertThat(verify(result).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(dying.calls()).hasSize(1);
    assertThat(result.events())
        .extracting(Event::what)
        .last()
        .asString()
        .contains("one was lost at an earlier stage");
  }

  @Test
  void aDeviceThatStopsWritingIsFoundThoughItsFirstRunWasRight() {
    assertThat(verify(run(Graphs.single(), NONE, NONE, new LazyDevice())).verdict())
        .isEqualTo(Verdict.PASSED);
    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> run(Graphs.single(), NONE, NONE, Repetition.exactly(1), new LazyDevice()));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.WRONG_RESULT);
    assertThat(failure).hasMessageContaining("MISTRUSTED");
  }

  /** Computes once and never again. */
  private static final class LazyDevice extends FakeDevice {
    private LazyDevice() {
      super("lazy", Profiles.card(1));
    }

    @Override
    protected void serve(int number, Kernel kernel, Call call) {
      if (number == 1) {
        compute(kernel, call);
      }
    }
  }

  @Test
  void valuesThatLeaveTheRangeOnADeviceAreInvalidInput() {
    Tensor large = Tensor.of(new float[Graphs.ELEMENTS], Graphs.ELEMENTS);
    large.f32(7, 3e38f);
    WorkingDevice card = new WorkingDevice("card", Profiles.card(100));
    Plan plan = plan(Graphs.single(), NONE, NONE, card, host);

    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> executor(Repetition.none(), card, host).run(plan, Map.of("x", large)));
    assertThat(card.calls()).hasSize(1);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
    assertThat(failure).hasMessageContaining("testing.double: y is not finite at [7]");
  }

  @Test
  void badValuesOfTheUserAreInvalidInput() {
    Tensor spoilt = Tensor.of(new float[Graphs.ELEMENTS], Graphs.ELEMENTS);
    spoilt.f32(7, Float.POSITIVE_INFINITY);
    Plan plan = plan(Graphs.chain(), NONE, NONE, host);

    SquallException failure =
        catchThrowableOfType(
            SquallException.class,
            () -> executor(Repetition.none(), host).run(plan, Map.of("x", spoilt)));
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
    assertThat(failure).hasMessage("testing.double: input x has Infinity at [7]");
  }

  @Test
  void externalsMustMatchTheGraph() {
    assertExternals("tensor x, f32[100], is missing", Map.of());
    assertExternals(
        "tensor x must be f32[100], got f32[99]", Map.of("x", Tensor.of(new float[99], 99)));
    assertExternals(
        "tensor x must be f32[100], got f32[10, 10]",
        Map.of("x", Tensor.of(new float[100], 10, 10)));
    assertExternals(
        "tensor x must be f32[100], got i32[100]",
        Map.of("x", Tensor.allocate(ElementType.I32, 100)));
  }

  @Test
  void progressIsToldEveryStage() {
    List<String> told = Collections.synchronizedList(new ArrayList<>());
    Consumer<String> progress = told::add;
    new Executor(new Devices(List.of(host)), Repetition.none(), progress)
        .run(plan(Graphs.diamond(), NONE, NONE, host), Graphs.tensors());

    assertThat(told).containsExactlyInAnyOrder("first", "left", "right", "last");
    assertThat(told.getFirst()).isEqualTo("first");
    assertThat(told.getLast()).isEqualTo("last");
  }

  private void assertExternals(String message, Map<String, Tensor> tensors) {
    Plan plan = plan(Graphs.chain(), NONE, NONE, host);
    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> executor(Repetition.none(), host).run(plan, tensors));
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.INVALID_INPUT);
  }

  private void assertFails(
      ErrorClass errorClass,
      String message,
      List<String> devices,
      List<String> variants,
      Engine... engines) {
    SquallException failure = failure(Graphs.single(), devices, variants, engines);
    assertThat(failure.errorClass()).isEqualTo(errorClass);
    assertThat(failure).hasMessage(message);
  }

  private static SquallException failure(
      StageGraph graph, List<String> devices, List<String> variants, Engine... engines) {
    return catchThrowableOfType(
        SquallException.class, () -> run(graph, devices, variants, engines));
  }

  private static RunResult run(
      StageGraph graph, List<String> devices, List<String> variants, Engine... engines) {
    return run(graph, devices, variants, Repetition.none(), engines);
  }

  private static RunResult run(
      StageGraph graph,
      List<String> devices,
      List<String> variants,
      Repetition repetition,
      Engine... engines) {
    return executor(repetition, engines)
        .run(plan(graph, devices, variants, engines), Graphs.tensors());
  }

  private static Executor executor(Repetition repetition, Engine... engines) {
    return new Executor(new Devices(List.of(engines)), repetition, stage -> {});
  }

  private static Plan plan(
      StageGraph graph, List<String> devices, List<String> variants, Engine... engines) {
    return new Planner(new Devices(List.of(engines)), new ProfileCostModel())
        .plan(
            graph,
            Wishes.parse("--device", devices, graph),
            Wishes.parse("--variant", variants, graph));
  }

  private static Comparison verify(RunResult result) {
    StageResult stage = result.stages().getFirst();
    return Verifier.exhaustive()
        .verify(stage.stage().kernel(), stage.call(), stage.used().device().engine());
  }

  private static Tensor output(RunResult result, int stage) {
    return result.stages().get(stage).call().out("y");
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the other call did not begin", e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new AssertionError("waited in vain");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean awaitInterrupt() {
    try {
      return new CountDownLatch(1).await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }
}
