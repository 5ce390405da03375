package dev.squall.pipeline.engine.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.squall.kernels.error.ErrorClass;
import dev.squall.kernels.error.SquallException;
import dev.squall.kernels.spec.Call;
import dev.squall.kernels.spec.Kernel;
import dev.squall.kernels.tensor.Tensor;
import dev.squall.pipeline.engine.DeviceSession;
import dev.squall.pipeline.engine.remote.FaultyProcess.Fault;
import dev.squall.pipeline.machine.UserFiles;
import dev.squall.pipeline.stack.DriverStack;
import dev.squall.pipeline.stack.DriverStacks;
import dev.squall.pipeline.testing.DoublingKernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Intel's runtime for processors takes the JVM's signals unless libjsig is loaded before it. */
@Timeout(180)
class RealCrashTest {
  private static final String PRELOAD = "LD_PRELOAD";

  private final Kernel kernel = new DoublingKernel();
  private final Call call =
      Call.of(kernel, Map.of("x", Tensor.of(new float[] {1, 2, 3}, 3)), Map.of());
  private FaultyLaunches launches;
  private DriverStack stack;

  @BeforeEach
  void prepare(@TempDir Path folder) throws IOException {
    Optional<DriverStack> found =
        DriverStacks.find(UserFiles.cache()).found().stream()
            .filter(each -> each.name().equals("intel-cpu"))
            .findFirst();
    assumeTrue(found.isPresent(), "no driver intel-cpu; ./squall setup intel-cpu");
    stack = found.get();
    launches = new FaultyLaunches(folder);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    FaultyLaunches.requireNothingLeft();
  }

  private void run(DriverStack with) {
    ProcessLaunch launch =
        launches.launch(Fault.HAS_A_DRIVER_THAT_TAKES_SIGNALS, Optional.of(with));
    try (DeviceSession session = RemoteEngine.open(launch, 0, 1 << 20, FaultyLaunches.patient())) {
      session.run(kernel, kernel.variant("tiles"), call);
    }
  }

  @Test
  void withoutSignalChainingTheDriversCrashCostsTheDeviceAlone() {
    Map<String, String> environment = new HashMap<>(stack.environment());
    assertThat(environment.remove(PRELOAD)).contains("libjsig");
    DriverStack bare =
        new DriverStack(
            stack.name(),
            stack.icd(),
            stack.library(),
            stack.vendors(),
            environment,
            stack.capture(),
            stack.levelZeroLoader(),
            stack.fingerprint());
    SquallException failure = catchThrowableOfType(SquallException.class, () -> run(bare));

    assertThat(failure.errorClass()).isEqualTo(ErrorClass.DEVICE_LOST);
    assertThat(failure)
        .hasMessageStartingWith(
            "the process of faulty on tests was ended by signal 6 while running testing.double"
                + " (tiles); it said: ");
  }

  @Test
  void withSignalChainingTheJvmGetsItsSignals() {
    run(stack);
    assertThat(call.out("y").toFloatArray()).containsExactly(2, 4, 6);
  }
}
