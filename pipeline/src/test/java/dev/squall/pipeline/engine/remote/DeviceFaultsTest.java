package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.testing.DoublingKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a device's real process does, the call that waits for it ends with the right class. */
@Timeout(120)
class DeviceFaultsTest {
  private static final String RUNNING = "running testing.double (tiles)";

  private final Kernel kernel = new DoublingKernel();
  private final Call call =
      Call.of(kernel, Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
  private FaultyLaunches launches;

  @BeforeEach
  void prepare(@TempDir Path folder) throws IOException {
    launches = new FaultyLaunches(folder);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    FaultyLaunches.requireNothingLeft();
  }

  private DeviceSession open(ProcessLaunch launch, TimeLimits limits) {
    return RemoteEngine.open(launch, 0, 1 << 20, limits);
  }

  private SquallException failureOf(ProcessLaunch launch, TimeLimits limits) {
    return catchThrowableOfType(
        SquallException.class,
        () -> {
          try (DeviceSession session = open(launch, limits)) {
            session.run(kernel, kernel.variant("tiles"), call);
          }
        });
  }

  private void assertFails(Fault fault, ErrorClass errorClass, String message) {
    SquallException failure = failureOf(launches.launch(fault), FaultyLaunches.patient());
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(errorClass);
  }

  private void assertFailsToOpen(Fault fault, TimeLimits limits, String message) {
    SquallException failure =
        catchThrowableOfType(
            SquallException.class, () -> open(launches.launch(fault), limits).close());
    assertThat(failure).hasMessage(message);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
  }

  @Test
  void aSoundDeviceComputes() {
    try (DeviceSession session = open(launches.launch(Fault.NONE), FaultyLaunches.patient())) {
      // Its output lies in this process alone, is copied back, and is the next call's input.
      session.run(kernel, kernel.variant("tiles"), call);
      assertThat(call.out("y").toFloatArray()).containsExactly(2, 4, 6);
      Call next = Call.of(kernel, Map.of("x", call.out("y")), Map.of("factor", "-1.5"));
      DeviceSession.Times times = session.run(kernel, kernel.variant("loops"), next);
      assertThat(next.out("y").toFloatArray()).containsExactly(-3, -6, -9);
      assertThat(times.compute()).isEqualTo(1e-3);
      assertThat(times.compile()).isEqualTo(0.25);
      assertThat(times.total()).isPositive();

      session.forget(call);
      call.out("y").poison();
      session.run(kernel, kernel.variant("tiles"), call);
      assertThat(call.out("y").toFloatArray()).containsExactly(2, 4, 6);
    }
  }

  @Test
  void aProcessKilledInACallLosesTheDevice() {
    assertFails(
        Fault.KILLED_IN_A_CALL,
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests was ended by signal 9 while " + RUNNING);
  }

  @Test
  void aCallThatHangsIsEndedWithItsProcess() {
    SquallException failure =
        failureOf(launches.launch(Fault.HANGS_IN_A_CALL), FaultyLaunches.briefCalls());

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.TIMEOUT);
    // On a machine under load the limit may pass while the call is still being prepared.
    assertThat(failure.getMessage())
        .isIn(
            Stream.of(RUNNING, "preparing testing.double")
                .map(
                    doing ->
                        ("faulty on tests did not answer within 4.00 s while %s and was ended; "
                                + "SQUALL_DEVICE_TIMEOUT_S=SECONDS allows more")
                            .formatted(doing))
                .toList());
  }

  @Test
  void aDriverThatExitsHasItsLastWordsTold() {
    assertFails(
        Fault.EXITS_IN_A_CALL,
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests ended with exit code 7 while "
            + RUNNING
            + "; it said: an earlier line | "
            + FaultyProcess.LAST_WORDS);
  }

  @Test
  void anAbortIsToldAsItsSignal() {
    assertFails(
        Fault.HALTS_IN_A_CALL,
        ErrorClass.DEVICE_LOST,
        "the process of faulty on tests was ended by signal 6 while " + RUNNING);
  }

  @Test
  void aPrintedFailureCountsThoughTheCallSucceeded() {
    assertFails(
        Fault.PRINTS_A_FAILURE,
        ErrorClass.LAUNCH,
        "faulty on tests, "
            + RUNNING
            + ": the driver reported success and printed: "
            + FaultyProcess.PRINTED_FAILURE);
  }

  @Test
  void aPrintedFailureThatIsTheEndLosesTheDevice() {
    assertFails(
        Fault.PRINTS_THE_END,
        ErrorClass.DEVICE_LOST,
        "faulty on tests, "
            + RUNNING
            + ": its driver can do nothing more and its process was ended; it printed: "
            + FaultyProcess.PRINTED_END);
  }

  @Test
  void aPrintedFailureIsToldOnce() {
    try (DeviceSession session =
        open(launches.launch(Fault.PRINTS_A_FAILURE), FaultyLaunches.patient())) {
      SquallException failure =
          catchThrowableOfType(
              SquallException.class, () -> session.run(kernel, kernel.variant("tiles"), call));
      assertThat(failure.errorClass()).isEqualTo(ErrorClass.LAUNCH);
      session.run(kernel, kernel.variant("tiles"), call);
    }
    assertThat(call.out("y").toFloatArray()).containsExactly(2, 4, 6);
  }

  @Test
  void theClassOfAFailureCrossesTheProcessesAndTheDeviceLives() {
    try (DeviceSession session =
        open(launches.launch(Fault.THROWS_ONE_AFTER_ANOTHER), FaultyLaunches.patient())) {
      for (ErrorClass errorClass : ErrorClass.values()) {
        SquallException failure =
            catchThrowableOfType(
                SquallException.class, () -> session.run(kernel, kernel.variant("tiles"), call));
        assertThat(failure.errorClass()).isEqualTo(errorClass);
        assertThat(failure).hasMessage("faulty on tests, " + RUNNING + ": thrown by the device");
      }
      session.run(kernel, kernel.variant("tiles"), call);
    }
    assertThat(call.out("y").toFloatArray()).containsExactly(2, 4, 6);
  }

  @Test
  void aFullHeapIsOutOfMemory() {
    assertFails(
        Fault.RUNS_OUT_OF_HEAP,
        ErrorClass.OUT_OF_MEMORY,
        "faulty on tests, " + RUNNING + ": the device's process: no heap");
  }

  @Test
  void aFaultInTheCodeIsOneLine() {
    SquallException failure = failureOf(launches.launch(Fault.BREAKS), FaultyLaunches.patient());
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.LAUNCH);
    assertThat(failure.getMessage())
        .startsWith("faulty on tests, " + RUNNING + ": the device's process: ")
        .contains("a fault in the code")
        .doesNotContain("\n");
  }

  @Test
  void aFailureSaysWhatIsAtTheBottomOfIt() {
    assertFails(
        Fault.FAILS_TO_INITIALISE,
        ErrorClass.LAUNCH,
        "faulty on tests, "
            + RUNNING
            + ": the device's process: java.lang.ExceptionInInitializerError, caused by"
            + " java.lang.UnsatisfiedLinkError: libcuda.so.1: cannot open shared object file");
  }

  @Test
  void aProcessThatDiesOfAnExceptionSaysWhatIsAtTheBottomOfIt() {
    assertFailsToOpen(
        Fault.DIES_OF_AN_EXCEPTION,
        FaultyLaunches.patient(),
        "the process of faulty on tests ended with exit code 1 while starting; it said: Exception"
            + " in thread \"main\" java.lang.ExceptionInInitializerError | Caused by:"
            + " java.lang.IllegalStateException: no driver | Caused by:"
            + " java.lang.UnsatisfiedLinkError: libcuda.so.1: cannot open shared object file");
  }

  @Test
  void aProcessThatDoesNotConnectIsEnded() {
    TimeLimits brief =
        new TimeLimits(
            Duration.ofMillis(700),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));
    SquallException failure = failureOf(launches.launch(Fault.HANGS_BEFORE_IT_CONNECTS), brief);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.TIMEOUT);
    assertThat(failure)
        .hasMessage(
            "faulty on tests did not answer within 0.700 s while starting and was ended; "
                + "SQUALL_DEVICE_TIMEOUT_S=SECONDS allows more");
  }

  @Test
  void aProcessThatEndsBeforeItConnectsSaysWhy() {
    assertFailsToOpen(
        Fault.ENDS_BEFORE_IT_CONNECTS,
        FaultyLaunches.patient(),
        "the process of faulty on tests ended with exit code 7 while starting; "
            + "it said: an earlier line | "
            + FaultyProcess.LAST_WORDS);
  }

  @Test
  void aMainClassThatIsNotThereSaysSo() {
    ProcessLaunch sound = launches.launch(Fault.NONE);
    ProcessLaunch absent =
        new ProcessLaunch(
            sound.name(),
            sound.javaOptions(),
            "dev.squall.Absent",
            sound.arguments(),
            sound.stack(),
            sound.environment(),
            sound.failurePatterns());
    SquallException failure = failureOf(absent, FaultyLaunches.patient());
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    assertThat(failure)
        .hasMessageStartingWith(
            "the process of faulty on tests ended with exit code 1 while starting; it said: ")
        .hasMessageContaining("dev.squall.Absent");
  }

  @Test
  void aDriverThatHangsWhenItIsOpenedIsEnded() {
    TimeLimits brief =
        new TimeLimits(
            Duration.ofSeconds(60),
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60));
    SquallException failure = failureOf(launches.launch(Fault.HANGS_WHEN_OPENED), brief);
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.TIMEOUT);
    assertThat(failure)
        .hasMessageStartingWith("faulty on tests did not answer within 1.00 s while opening it");
  }

  @ParameterizedTest
  @EnumSource(
      value = Fault.class,
      names = {"SENDS_AN_ABSURD_LENGTH", "SENDS_NO_JSON", "SENDS_NULL"})
  void aProcessThatDoesNotSpeakTheProtocolIsEnded(Fault fault) {
    SquallException failure = failureOf(launches.launch(fault), FaultyLaunches.patient());
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    assertThat(failure.getMessage())
        .startsWith("the process of faulty on tests answered nonsense while opening it")
        .doesNotContain("\n");
  }

  @Test
  void aReplyToAnotherRequestIsNonsense() {
    DeviceProcess process =
        DeviceProcess.start(launches.launch(Fault.SENDS_ANOTHER_REPLY), Duration.ofSeconds(60));
    SquallException failure;
    try (process) {
      failure =
          catchThrowableOfType(
              SquallException.class,
              () ->
                  process.ask(
                      Reply.Devices.class,
                      new Request.Enumerate(),
                      Duration.ofSeconds(60),
                      "listing its devices"));
    }
    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    assertThat(failure)
        .hasMessageStartingWith(
            "the process of faulty on tests answered nonsense while listing its devices");
  }

  @Test
  void aProcessThatHangsUpAndStaysIsEnded() {
    assertFailsToOpen(
        Fault.HANGS_UP_AND_STAYS,
        FaultyLaunches.patient(),
        "the process of faulty on tests hung up and was ended while opening it");
  }

  @Test
  void callsToALostDeviceFailAtOnce() {
    try (DeviceSession session =
        open(launches.launch(Fault.KILLED_IN_A_CALL), FaultyLaunches.patient())) {
      for (int i = 0; i < 3; i++) {
        SquallException failure =
            catchThrowableOfType(
                SquallException.class, () -> session.run(kernel, kernel.variant("tiles"), call));
        assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
      }
    }
  }
}
